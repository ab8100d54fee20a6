/**
 * Clerk's OpenAPI documents, as something to hold an answer against.
 *
 * They are not part of this repository. They are looked for in `CLERK_OPENAPI_DIR`, then in `../shared/clerk/openapi`
 * beside the repository; tests that need them say so when they are in neither place.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const BESIDE = fileURLToPath(new URL("../../../shared/clerk/openapi", import.meta.url));

/** Where the documents are; undefined when they are not on this machine. */
export const DIRECTORY = [process.env.CLERK_OPENAPI_DIR, BESIDE].find((path) => path && existsSync(path));

/** A document and the validators of its schemas. */
export class Document {
  constructor(file) {
    this.tree = parse(readFileSync(`${DIRECTORY}/${file}`, "utf8"));
    this.ajv = new Ajv({ strict: false, allErrors: true, discriminator: false });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: "document", components: { schemas: jsonSchema(this.tree.components.schemas) } });
    this.validators = new Map();
  }

  /** The operation's declared answer for a status, with references followed; undefined when there is none. */
  response(method, path, status) {
    const declared = this.tree.paths[path]?.[method.toLowerCase()]?.responses?.[status];
    const name = declared?.$ref?.split("/").at(-1);
    return name ? this.tree.components.responses[name] : declared;
  }

  /** What is wrong with a value for a schema of the document: one line per fault, none when it fits. */
  faults(schema, value) {
    const key = JSON.stringify(schema);
    if (!this.validators.has(key)) this.validators.set(key, this.ajv.compile(jsonSchema(schema)));
    const validate = this.validators.get(key);
    return validate(value) ? [] : validate.errors.map((error) => `${error.instancePath || "/"} ${error.message}`);
  }
}

/** OpenAPI 3.0's dialect as JSON Schema: `nullable` becomes a type, references point into the document. */
function jsonSchema(node) {
  if (Array.isArray(node)) return node.map(jsonSchema);
  if (node === null || typeof node !== "object") return node;
  const { nullable, example, discriminator, exclusiveMinimum, ...rest } = node;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, jsonSchema(value)]));
  if (typeof schema.$ref === "string") schema.$ref = schema.$ref.replace(/^#/, "document#");
  if (exclusiveMinimum === true) schema.exclusiveMinimum = schema.minimum;
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}
