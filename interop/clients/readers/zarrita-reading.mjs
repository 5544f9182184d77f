// What zarrita does for a job, in Node and in a browser alike. Job and answers are those of reading.py.
import * as zarr from "zarrita";

const utf8 = new TextEncoder();

/** The ranges of the first axis to read; null for everything. */
const selections = (rows) => (rows ? rows.map(([first, end]) => zarr.slice(first, end)) : [null]);

/** Values as bytes: little-endian, texts each behind its length, booleans a byte each. */
function encode(data) {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const items = Array.isArray(data) ? data : Array.from({ length: data.length }, (_, i) => data.get(i));
  if (items.every((item) => typeof item === "boolean")) return Uint8Array.from(items, Number);
  const parts = items.map((item) => (typeof item === "string" ? utf8.encode(item) : item));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

const TYPED = {
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
  float32: Float32Array, float64: Float64Array,
};

/** The one value of an array without axes, which comes bare. */
function scalar(dtype, value) {
  if (!TYPED[dtype]) throw new Error(`a bare value of ${dtype} has no bytes here`);
  return encode(TYPED[dtype].of(value));
}

/** The values in C order: zarrita gives them in the order of the chunks, and says so by strides. */
function inOrder({ data, shape, stride }) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  if (strides.every((step, axis) => step === stride[axis] || shape[axis] < 2)) return data;
  if (!ArrayBuffer.isView(data)) throw new Error("only numbers are put in order here");
  return data.map((_, at) => data[strides.reduce((sum, step, axis) => sum + (Math.floor(at / step) % shape[axis]) * stride[axis], 0)]);
}

/** Chunks of one array that are read at a time: a browser refuses requests beyond some thousand. */
const AT_ONCE = 32;

function createQueue() {
  const waiting = [], running = new Set();
  let failure = null;
  const start = () => {
    while (running.size < AT_ONCE && waiting.length && !failure) {
      const run = waiting.shift()().catch((failed) => (failure ??= failed)).finally(() => running.delete(run));
      running.add(run);
    }
  };
  return {
    add: (work) => waiting.push(work),
    onIdle: async () => {
      for (start(); running.size; start()) await Promise.race(running);
      if (failure) throw failure;
    },
  };
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function digest(array, rows) {
  const parts = [];
  for (const rowsNow of selections(rows)) {
    const got = await zarr.get(array, rowsNow && [rowsNow, ...array.shape.slice(1).map(() => null)], { createQueue });
    parts.push(array.shape.length ? encode(inOrder(got)) : scalar(array.dtype, got));
  }
  return hex(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

/** Reads what the job asks for; `say` is given each answer. */
export async function readAll(job, say, workers = 4) {
  const todo = job.stores.flatMap((store) => store.arrays.map((entry) => ({ store, entry })));
  const roots = new Map();
  const rootOf = (store) => {
    if (!roots.has(store.id)) roots.set(store.id, openRoot(store));
    return roots.get(store.id);
  };
  const work = async () => {
    for (let next = todo.shift(); next; next = todo.shift()) {
      const { store, entry } = next;
      const answer = { store: store.id, array: entry.path };
      try {
        const array = await zarr.open((await rootOf(store)).resolve(entry.path), { kind: "array" });
        if (array.shape.join() !== entry.shape.join()) throw new Error(`shape ${array.shape}, not ${entry.shape}`);
        say({ ...answer, sha256: await digest(array, entry.rows) });
      } catch (failed) {
        say({ ...answer, error: `${failed.name}: ${failed.message}`.slice(0, 400) });
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  say({ done: true });
}

async function openRoot(store) {
  const files = new zarr.FetchStore(store.url);
  return zarr.root(store.consolidated ? await zarr.withConsolidatedMetadata(files) : files);
}
