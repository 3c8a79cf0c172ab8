import { parentPort } from "node:worker_threads";
import { readPieceLines } from "./pieces";
import { type ParsedRows, RowParser } from "./rowParser";
import { type ParseAnswer, type ParseTask, takePiece } from "./secondParser";

/** Parses a piece's lines; `undefined` where they take more than plain rows. */
async function parsePiece(parser: RowParser, path: string, piece: number): Promise<ParsedRows | undefined> {
  try {
    const lines = await readPieceLines(path, piece);
    const second = lines.indexOf(10);
    // Room for as many rows as there would be of the first one's length, and some more.
    parser.reserve(Math.ceil((lines.length * 1.1) / Math.max(1, second + 1)));
    parser.parse(lines);
    return parser.isGapless ? parser.release() : undefined;
  } catch {
    return undefined;
  } finally {
    parser.release();
  }
}

parentPort!.on("message", async (task: ParseTask) => {
  const { path, header, slots, width, lastPiece, taken } = task;
  const parser = new RowParser(path, header, slots, width);
  for (let piece = lastPiece; takePiece(taken, lastPiece); piece--) {
    const parsed = await parsePiece(parser, path, piece);
    const answer: ParseAnswer = { task: task.task, piece, parsed };
    const buffers = parsed
      ? [parsed.values, ...parsed.integers].map(({ buffer }) => buffer as ArrayBuffer)
      : [];
    parentPort!.postMessage(answer, buffers);
  }
});
