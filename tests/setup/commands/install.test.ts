import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../support";

const pins = new Map(
  ["numpy 2.4.6", "scipy 1.17.1", "scikit-learn 1.9.1"].map((pin) => {
    const [name, version] = pin.split(" ");
    return [name, { version, lines: `${name}==${version} --hash=…` }];
  }),
);
const needs = { numpy: ["numpy"], "scikit-learn": ["numpy", "scipy", "scikit-learn"] };

const plan = async (asked: string[], installed: Record<string, string> = {}) => {
  const { planInstall } = await load("commands/install");
  const { pinned, others } = planInstall(asked, {
    pins,
    needs,
    installed: new Map(Object.entries(installed)),
  });
  return [[...pinned.keys()], others];
};

test("what is pinned comes with all that it needs, less what is there", async () => {
  assert.deepEqual(await plan(["scikit-learn"]), [["numpy", "scipy", "scikit-learn"], []]);
  assert.deepEqual(await plan(["Scikit_Learn==1.9.1"], { numpy: "2.4.6" }), [["scipy", "scikit-learn"], []]);
  assert.deepEqual(await plan(["numpy"], { numpy: "2.4.6" }), [[], []]);
});

test("a person's own version of what something needs stays, of what is asked for it does not", async () => {
  assert.deepEqual(await plan(["scikit-learn"], { numpy: "2.2.0", scipy: "1.0" }), [["scikit-learn"], []]);
  assert.deepEqual(await plan(["numpy"], { numpy: "2.2.0" }), [["numpy"], []]);
});

test("what has no pin, another version or extras goes to the index as it is asked for", async () => {
  assert.deepEqual(await plan(["seaborn", "numpy==2.2.0", "numpy[x]"]), [
    [],
    ["seaborn", "numpy==2.2.0", "numpy[x]"],
  ]);
  assert.deepEqual(await plan(["seaborn"], { seaborn: "0.13" }), [[], []]);
});

test("what is no package's name is refused", async () => {
  for (const asked of [[], ["--index-url=x"], ["a b"], ["git+https://x"], ["./folder"], [""]]) {
    await assert.rejects(plan(asked), /names of packages are required/);
  }
});
