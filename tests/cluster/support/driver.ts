/** A notebook's process in small: `driver.ts ADDRESS OPTIONS` cross-validates on Ray, until a test kills it. */
import { type BlobOptions, blobs, podium } from "./experiment";

async function main(address: string, options: BlobOptions): Promise<void> {
  const on = podium.cluster.ray({ address });
  await podium.validate.crossValidate({
    ...(await blobs(options)),
    directory: "killed",
    on,
    progress: false,
  });
  await on.close();
}

main(process.argv[2], JSON.parse(process.argv[3]));
