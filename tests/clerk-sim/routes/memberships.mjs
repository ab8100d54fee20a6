/** Organization memberships. */
import { endpoint } from "../api.mjs";
import { ApiError, notFound, paramValue } from "../errors.mjs";
import { check, withMetadata } from "../forms.mjs";
import { page, values } from "../lists.mjs";
import { newRecord, ROLES } from "../organizations.mjs";
import { orderedUsers } from "../user-filters.mjs";
import { existingOrganization } from "./organizations.mjs";

const METADATA = ["public_metadata", "private_metadata"];
const CREATE = { user_id: "string", role: "string", public_metadata: "map", private_metadata: "map" };
const BASE = "/v1/organizations/:id/memberships";

export function membershipRoutes(app, sim) {
  app.get(BASE, endpoint(sim, (call) => ({ body: list(call, existingOrganization(call)) })));
  app.post(BASE, endpoint(sim, async (call) => ({ body: create(call, await call.json()) })));

  app.patch(`${BASE}/:user`, endpoint(sim, async (call) => {
    const body = await call.json();
    const record = spend(call);
    check(body, { role: "string" }, ["role"]);
    return save(call, { ...record, role: checkedRole(body.role) });
  }));

  app.patch(`${BASE}/:user/metadata`, endpoint(sim, async (call) => {
    const body = await call.json();
    return save(call, withMetadata(spend(call), body, METADATA, false));
  }));

  app.delete(`${BASE}/:user`, endpoint(sim, (call) => {
    const { organizationId, userId } = existing(call);
    const membership = call.instance.organizations.membership(organizationId, userId);
    call.instance.organizations.leave(organizationId, userId);
    call.emit("organizationMembership.deleted", membership);
    return { body: membership };
  }));

  app.get("/v1/organization_memberships", endpoint(sim, (call) => ({ body: everywhere(call) })));
}

/** The stored record of the path's membership, or Clerk's 404. */
function existing(call) {
  const organization = existingOrganization(call);
  const record = call.instance.organizations.record(organization.id, call.param("user"));
  if (!record) throw notFound("Organization membership", call.param("user"));
  return record;
}

function spend(call) {
  const record = existing(call);
  call.spend(`membership ${record.id}`);
  return record;
}

function save(call, record) {
  const membership = call.instance.organizations.join({ ...record, updated_at: call.now });
  call.emit("organizationMembership.updated", membership);
  return { body: membership };
}

function list(call, organization) {
  const { instance, query } = call;
  const { limit, offset } = page(query);
  const roles = new Set(values(query, "role"));
  const members = new Set(instance.organizations.membersOf(organization.id));
  const ids = orderedUsers(instance, query, (id) => members.has(id))
    .filter((id) => roles.size === 0 || roles.has(instance.organizations.record(organization.id, id).role));
  return {
    data: ids.slice(offset, offset + limit).map((id) => instance.organizations.membership(organization.id, id)),
    total_count: ids.length,
  };
}

function everywhere(call) {
  const { limit, offset } = page(call.query);
  const { organizations } = call.instance;
  const pairs = orderedUsers(call.instance, call.query, () => true)
    .flatMap((id) => organizations.idsOfUser(id).map((organization) => [organization, id]));
  return {
    data: pairs.slice(offset, offset + limit).map(([organization, id]) => organizations.membership(organization, id)),
    total_count: pairs.length,
  };
}

function create(call, body) {
  const { instance, now } = call;
  const organization = existingOrganization(call);
  check(body, CREATE, ["user_id", "role"]);
  const role = checkedRole(body.role);
  if (!instance.users.has(body.user_id)) throw notFound("User", body.user_id);
  if (instance.organizations.record(organization.id, body.user_id)) throw alreadyMember();
  const membership = instance.organizations.join(newRecord(organization.id, body.user_id, role, body, now));
  call.emit("organizationMembership.created", membership);
  return membership;
}

/** Roles may be given with or without their `org:`. */
function checkedRole(role) {
  const key = role.startsWith("org:") ? role : `org:${role}`;
  if (!Object.hasOwn(ROLES, key)) throw paramValue("role", role);
  return key;
}

function alreadyMember() {
  return new ApiError(400, [{
    message: "already a member",
    long_message: "User is already a member of the organization.",
    code: "already_a_member_in_organization",
  }]);
}
