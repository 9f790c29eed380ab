import { writeFile } from "node:fs/promises";
import { makeSchema, printContract } from "./graphql/schema.ts";

await writeFile(new URL("../../../schema.graphql", import.meta.url), printContract(makeSchema()));
