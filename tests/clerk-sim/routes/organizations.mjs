/** Organizations. */
import { endpoint } from "../api.mjs";
import { ApiError, notFound, paramFormat, paramTooLong, resourceExists } from "../errors.mjs";
import { check, limitSize, time, withMetadata } from "../forms.mjs";
import { freshId } from "../ids.mjs";
import { flag, order, page, signedValues } from "../lists.mjs";
import { newRecord } from "../organizations.mjs";

const METADATA = ["public_metadata", "private_metadata"];
const UPDATE = { name: "string", slug: "string", max_allowed_memberships: "integer", admin_delete_enabled: "boolean",
  created_at: "string", role_set_key: "string" };
const CREATE = { ...UPDATE, created_by: "string", public_metadata: "map", private_metadata: "map" };
const ORDERS = new Set(["name", "created_at", "members_count"]);
const LONGEST_NAME = 256;

export function organizationRoutes(app, sim) {
  app.get("/v1/organizations", endpoint(sim, (call) => ({ body: list(call) })));
  app.post("/v1/organizations", endpoint(sim, async (call) => ({ body: create(call, await call.json()) })));
  app.get("/v1/organizations/:id", endpoint(sim, (call) => ({ body: shown(call, existingOrganization(call)) })));

  app.patch("/v1/organizations/:id", endpoint(sim, async (call) => {
    const body = await call.json();
    return save(call, changed(call, spend(call), body));
  }));

  for (const [method, replace] of [["patch", false], ["put", true]]) {
    app[method]("/v1/organizations/:id/metadata", endpoint(sim, async (call) => {
      const body = await call.json();
      return save(call, withMetadata(spend(call), body, METADATA, replace));
    }));
  }

  app.delete("/v1/organizations/:id", endpoint(sim, (call) => {
    const organization = existingOrganization(call);
    call.instance.organizations.remove(organization);
    const deleted = { object: "organization", id: organization.id, slug: organization.slug, deleted: true };
    call.emit("organization.deleted", deleted);
    return { body: deleted };
  }));
}

/** The organization of the path, by id or slug, or Clerk's 404. */
export function existingOrganization(call) {
  const organization = call.instance.organizations.read(call.param("id"));
  if (!organization) throw notFound("Organization", call.param("id"));
  return organization;
}

function spend(call) {
  const organization = existingOrganization(call);
  call.spend(`organization ${organization.id}`);
  return organization;
}

function save(call, organization) {
  const saved = { ...organization, updated_at: call.now };
  call.instance.organizations.save(saved);
  call.emit("organization.updated", saved);
  return { body: saved };
}

function shown(call, organization) {
  const extra = {};
  if (flag(call.query, "include_members_count")) {
    extra.members_count = call.instance.organizations.membersOf(organization.id).length;
  }
  if (flag(call.query, "include_missing_member_with_elevated_permissions")) {
    extra.missing_member_with_elevated_permissions = false;
  }
  return { ...organization, ...extra };
}

function list(call) {
  const { query, instance } = call;
  const { limit, offset } = page(query);
  const { field, descending } = order(query, ORDERS, "-created_at");
  const matches = matcher(call);
  const size = (one) => instance.organizations.membersOf(one.id).length;
  const key = { name: (one) => one.name, created_at: (one) => one.created_at, members_count: size }[field];
  const sorted = [...instance.organizations.all.values()].filter(matches)
    .map((one) => [key(one), one])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1));
  return { data: sorted.slice(offset, offset + limit).map(([, one]) => shown(call, one)), total_count: sorted.length };
}

function matcher({ query, instance }) {
  const users = signedValues(query, "user_id");
  const ids = signedValues(query, "organization_id");
  const text = query.get("query")?.toLowerCase();
  const within = (members, one) => [...members].some((id) => instance.organizations.record(one.id, id));
  return (one) =>
    (ids.include.size === 0 || ids.include.has(one.id)) && !ids.exclude.has(one.id) &&
    (users.include.size === 0 || within(users.include, one)) && !within(users.exclude, one) &&
    (!text || query.get("query") === one.id || one.slug.includes(text) || one.name.toLowerCase().includes(text));
}

function create(call, body) {
  const { instance, now } = call;
  check(body, CREATE, ["name"]);
  const createdBy = body.created_by ?? undefined;
  if (createdBy && !instance.users.has(createdBy)) throw creatorNotFound(createdBy);
  METADATA.forEach((name) => limitSize(name, body[name]));
  const id = freshId("org");
  const organization = changed(call, {
    object: "organization", id, name: body.name, slug: slugFrom(body.name, id),
    image_url: `https://img.example.com/${id}.png`, has_image: false, pending_invitations_count: 0, max_allowed_memberships: 5, admin_delete_enabled: true,
    public_metadata: body.public_metadata ?? {}, private_metadata: body.private_metadata ?? {},
    ...(createdBy && { created_by: createdBy }), created_at: now, updated_at: now, last_active_at: now,
    role_set_key: "role_set:default",
  }, Object.fromEntries(Object.entries(body).filter(([name]) => name in UPDATE)));
  instance.organizations.save(organization);
  call.emit("organization.created", organization);
  if (createdBy) {
    const membership = instance.organizations.join(newRecord(id, createdBy, "org:admin", {}, now));
    call.emit("organizationMembership.created", membership);
  }
  return { ...organization, members_count: createdBy ? 1 : 0 };
}

function changed(call, organization, body) {
  check(body, UPDATE);
  const result = { ...organization };
  for (const name of ["max_allowed_memberships", "admin_delete_enabled", "role_set_key"]) {
    if (body[name] !== undefined && body[name] !== null) result[name] = body[name];
  }
  if (typeof body.name === "string") result.name = checkedName(body.name);
  if (typeof body.slug === "string") result.slug = freeSlug(call, organization.id, body.slug);
  if (typeof body.created_at === "string") result.created_at = time("created_at", body.created_at);
  return result;
}

function checkedName(name) {
  if (name.length > LONGEST_NAME) throw paramTooLong("name", LONGEST_NAME);
  if (name.trim() === "" || /<[^>]+>|https?:\/\//.test(name)) {
    throw paramFormat("name", "name may not be empty or contain URLs or HTML.");
  }
  return name;
}

function freeSlug(call, id, slug) {
  if (!/^[a-z0-9-]+$/.test(slug)) {
    throw paramFormat("slug", "slug can contain only lowercase alphanumeric characters and the dash \"-\".");
  }
  const owner = call.instance.organizations.read(slug);
  if (owner && owner.id !== id) throw resourceExists("slug");
  return slug;
}

function slugFrom(name, id) {
  const words = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return `${words || "organization"}-${id.slice(-8).toLowerCase()}`;
}

function creatorNotFound(id) {
  return new ApiError(400, [{
    message: "creator not found",
    long_message: `No users found with id ${id}.`,
    code: "organization_creator_not_found",
  }]);
}
