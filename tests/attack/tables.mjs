// Tables: numbers, windows, a competition's folder, templates and earlier submissions.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { D, dir, groups, motion, r, radar, same } from "./context.mjs";
import { channels, motionFiles, plainTable, radarFiles, radarTemplate, small } from "./material.mjs";
import { csv, gzipMutations } from "./mutations.mjs";
import * as reference from "./readers.mjs";

function tableCase(gz) {
  const inner = r.pick(Object.keys(csv));
  const how = gz ? r.pick(Object.keys(gzipMutations)) : inner;
  const bytes = gz ? gzipMutations[how](plainTable, csv) : csv[inner](plainTable);
  const file = path.join(dir, gz ? "table.csv.gz" : "table.csv");
  return {
    mutation: `${gz ? "gz " : ""}${how}`,
    files: { [file]: bytes },
    names: [path.basename(file)],
    run: () => D.readNumberTable(file, { integers: ["id", "time"] }),
    judge: (found) => {
      const want = reference.table(gz ? reference.gunzip(bytes) : bytes, ["id", "time"]);
      return (
        found.rows === want.rows &&
        same([...found.valueColumns], want.valueColumns) &&
        same(found.integers.id, want.columns.id) &&
        same(found.integers.time, want.columns.time) &&
        same(found.values, want.values)
      );
    },
  };
}
groups.table = () => tableCase(false);
groups.tableGz = () => tableCase(true);
function windowsCase(gz) {
  const inner = r.pick(Object.keys(csv));
  const how = gz ? r.pick(Object.keys(gzipMutations)) : inner;
  const bytes = gz ? gzipMutations[how](small, csv) : csv[inner](small);
  const file = path.join(dir, gz ? "features.csv.gz" : "features.csv");
  return {
    mutation: `${gz ? "gz " : ""}${how}`,
    files: { [file]: bytes },
    names: [path.basename(file)],
    run: () => D.readWindows(file, { id: "id", step: "time", steps: 20, values: channels }),
    judge: (found) => {
      const want = reference.windows(gz ? reference.gunzip(bytes) : bytes, { steps: 20, channels });
      return same(found.ids, want.ids) && same(found.data, want.data);
    },
  };
}
groups.windows = () => windowsCase(false);
groups.windowsGz = () => windowsCase(true);
groups.motion = () => {
  const name = r.pick([
    ...Object.keys(motionFiles),
    "train_labels.csv",
    "train_subjects.csv",
    "sample_submission.csv",
  ]);
  const gz = r.int(4) === 0;
  const inner = r.pick(Object.keys(csv));
  const how = gz ? r.pick(Object.keys(gzipMutations)) : inner;
  const bytes = gz ? gzipMutations[how](motionFiles[name], csv) : csv[inner](motionFiles[name]);
  const base = path.join(dir, "motion");
  const files = Object.fromEntries(
    Object.entries(motionFiles)
      .filter(([n]) => n !== name)
      .map(([n, b]) => [path.join(base, n), b]),
  );
  files[path.join(base, gz ? `${name}.gz` : name)] = bytes;
  return {
    mutation: `${name} ${gz ? "gz " : ""}${how}`,
    files,
    clear: base,
    names: [name],
    run: () => motion.load(base, { cache: false }),
    judge: (found) => {
      const raw = (n) => (n !== name ? motionFiles[n] : gz ? reference.gunzip(bytes) : bytes);
      const a = reference.windows(raw("train_features.csv"), { steps: 600, channels });
      const b = reference.windows(raw("test_features.csv"), { steps: 600, channels });
      if (
        !(
          same(found.trainIds, a.ids) &&
          same(found.train.data, a.data) &&
          same(found.testIds, b.ids) &&
          same(found.test.data, b.data)
        )
      )
        return false;
      const byId = (n, column) => {
        const t = reference.csv(raw(n));
        const p = t.header.indexOf(column);
        const q = t.header.indexOf("id");
        const map = new Map();
        for (const row of t.rows) {
          const id = reference.integer(row[q]);
          if (map.has(id)) throw new Error("again");
          map.set(id, row[p]);
        }
        return map;
      };
      const labels = byId("train_labels.csv", "label");
      const subjects = byId("train_subjects.csv", "subject");
      if (labels.size !== a.ids.length || subjects.size !== a.ids.length) return false;
      if (
        ![...a.ids].every(
          (id, i) =>
            reference.integer(labels.get(id)) === found.labels[i] &&
            reference.integer(subjects.get(id)) === found.subjects[i],
        )
      )
        return false;
      const t = reference.csv(raw("sample_submission.csv"));
      if (!same(t.header.slice(1), [...found.template.columns])) return false;
      if (t.rows.some((row) => row.slice(1).some((v) => Number.isNaN(Number(v)))))
        throw new Error("the template's numbers are not numbers");
      return same(
        t.rows.map((row) => reference.integer(row[0])),
        [...found.template.ids],
      );
    },
  };
};
groups.radarTemplate = () => {
  const gz = r.int(3) === 0;
  const how0 = r.pick(Object.keys(csv).filter((n) => !["oddHeader", "twice"].includes(n)));
  const bytes = gz
    ? gzipMutations[r.pick(["raw", "inner", "members", "trailing"])](radarTemplate, csv)
    : csv[how0](radarTemplate);
  const base = path.join(dir, "radarTemplate");
  const file = gz ? "sample_submission.csv.gz" : "sample_submission.csv";
  const files = Object.fromEntries(Object.entries(radarFiles).map(([n, b]) => [path.join(base, n), b]));
  files[path.join(base, file)] = bytes;
  return {
    mutation: gz ? "gz" : how0,
    files,
    clear: base,
    names: ["sample_submission.csv"],
    run: () => radar.load(base),
    judge: (found) => {
      const t = reference.csv(gz ? reference.gunzip(bytes) : bytes);
      if (t.rows.some((row) => row.slice(1).some((v) => v.trim() === "" || Number.isNaN(Number(v)))))
        throw new Error("the template's numbers are not numbers");
      return same(
        t.rows.map((row) => row[0]),
        [...found.template.names],
      );
    },
  };
};
const template = await (async () => {
  const f = path.join(dir, "tpl.csv");
  writeFileSync(f, "id,0,1,2\n5,0,0,0\n9,0,0,0\n");
  return motion.readTemplate(f);
})();
const submissionBytes = Buffer.from("id,0,1,2\n5,0.5,0.25,0.25\n9,0.1,0.2,0.7\n");
groups.motionPrevious = () => {
  const how = r.pick(Object.keys(csv));
  const bytes = csv[how](submissionBytes);
  const file = path.join(dir, "previous.csv");
  const probabilities = { data: Float32Array.of(0.5, 0.25, 0.25, 0.1, 0.2, 0.7), shape: [2, 3] };
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["previous.csv"],
    run: () =>
      motion.writeSubmission(path.join(dir, "new.csv"), probabilities, {
        ids: [5, 9],
        template,
        previous: file,
      }),
    judge: (found) => {
      const t = reference.table(bytes, ["id"]);
      if (t.rows !== 2) return "ids other than the template's";
      if (!same([...t.valueColumns].sort(), ["0", "1", "2"])) return "columns";
      let sum = 0;
      t.columns.id.forEach((id, row) => {
        for (let c = 0; c < 3; c++)
          sum += Math.abs(
            t.values[row * 3 + t.valueColumns.indexOf(String(c))] -
              probabilities.data[(id === 5 ? 0 : 3) + c],
          );
      });
      return Math.abs(found.difference.mean - sum / 6) <= 1e-6 * Math.max(1, sum);
    },
  };
};
const radarSubmission = Buffer.from(
  `file_name,${Array.from({ length: 14400 }, (_, i) => i).join(",")}\ntest_00000.npy,${Array.from({ length: 14400 }, (_, i) => i % 256).join(",")}\n`,
);
groups.radarPrevious = () => {
  const how = r.pick(Object.keys(csv));
  const bytes = csv[how](radarSubmission);
  const file = path.join(dir, "previousRadar.csv");
  const data = Uint8Array.from({ length: 14400 }, (_, i) => i % 256);
  return {
    mutation: how,
    files: { [file]: bytes },
    names: ["previousRadar.csv"],
    run: () =>
      radar.writeSubmission(
        path.join(dir, "newRadar.csv"),
        { data, shape: [1, 14400] },
        { names: ["test_00000.npy"], previous: file },
      ),
    judge: (found) => {
      const t = reference.csv(bytes);
      if (
        t.rows.length !== 1 ||
        t.header.length !== 14401 ||
        t.header[0] !== "file_name" ||
        t.header.some((h, i) => i > 0 && h !== String(i - 1))
      )
        return "the header is another";
      let changed = 0;
      for (let i = 0; i < 14400; i++) {
        const v = reference.integer(t.rows[0][i + 1]);
        if (v < 0 || v > 255) return "pixels outside [0, 255]";
        if (v !== data[i]) changed++;
      }
      return Math.abs(found.difference.changed - changed / 14400) < 1e-12;
    },
  };
};
