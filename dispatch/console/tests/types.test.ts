// The types of the API are those of the committed OpenAPI document.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTypes, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "..");

it("src/api/schema.d.ts is what `npm run types` makes of openapi.json", { timeout: 30_000 }, async () => {
  const document = readFileSync(join(folder, "openapi.json"), "utf8");
  const types = astToString(await openapiTypes(document, { defaultNonNullable: false }));
  const kept = readFileSync(join(folder, "src/api/schema.d.ts"), "utf8");
  expect(kept.slice(kept.indexOf("*/") + 2).trim()).toBe(types.trim());
});
