// zarrita in Node.
import { readFileSync } from "node:fs";
import { readAll } from "./zarrita-reading.mjs";

await readAll(JSON.parse(readFileSync(0, "utf8")), (answer) => console.log(JSON.stringify(answer)));
