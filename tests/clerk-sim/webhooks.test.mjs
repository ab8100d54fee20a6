import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { api, configure, patch, post, remove, simFor, statsWhen } from "./client.mjs";
import { seededOrganizationId, seededSessionId, seededUserId } from "./sim.mjs";

const SECRET = "whsec_c2ltdWxhdG9yLXNlY3JldC1mb3ItdGVzdHM=";
const USER = `/v1/users/${seededUserId(1)}`;

/** A simulator that posts to a receiver; `received(n)` waits for n deliveries. */
async function wired(t, answer = 200) {
  const deliveries = [];
  const waiting = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    deliveries.push({ body, headers: request.headers, event: JSON.parse(body) });
    waiting.filter((one) => deliveries.length >= one.count).forEach((one) => one.resolve(deliveries));
    response.writeHead(answer).end();
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => {
    receiver.close(resolve);
    receiver.closeAllConnections();
  }));
  const sim = await simFor(t, { webhookUrl: `http://127.0.0.1:${receiver.address().port}/hook`, webhookSecret: SECRET });
  const received = (count) => deliveries.length >= count ? deliveries
    : new Promise((resolve) => waiting.push({ count, resolve }));
  return { sim, received };
}

describe("a delivery", () => {
  test("passes svix, standardwebhooks and Clerk's own verification, and no longer once altered", async (t) => {
    const { sim, received } = await wired(t);
    await patch(sim, USER, { first_name: "Ada" });
    const [{ body, headers }] = await received(1);
    assert.doesNotThrow(() => new SvixWebhook(SECRET).verify(body, headers));
    assert.throws(() => new SvixWebhook(SECRET).verify(body.replace("Ada", "Eve"), headers));
    const renamed = Object.fromEntries(["id", "timestamp", "signature"].map((name) => [`webhook-${name}`, headers[`svix-${name}`]]));
    assert.equal(new StandardWebhook(SECRET).verify(body, renamed).type, "user.updated");
    const request = new Request("http://localhost/hook", { method: "POST", body, headers: {
      "svix-id": headers["svix-id"], "svix-timestamp": headers["svix-timestamp"], "svix-signature": headers["svix-signature"],
    } });
    const event = await verifyWebhook(request, { signingSecret: SECRET });
    assert.deepEqual([event.type, event.data.id, event.data.first_name], ["user.updated", seededUserId(1), "Ada"]);
    assert.equal(event.instance_id, (await api(sim, "/__sim/instance")).body.instanceId);
  });

  test("that fails is counted and not repeated", async (t) => {
    const { sim, received } = await wired(t, 500);
    await patch(sim, USER, { first_name: "Ada" });
    await received(1);
    const seen = await statsWhen(sim, ({ webhooks }) => webhooks.failed === 1);
    assert.deepEqual(seen.webhooks, { sent: 0, failed: 1, dropped: 0 });
    assert.equal((await received(1)).length, 1);
  });

  test("is not made without a URL, nor while nobody listens does an answer wait", async (t) => {
    const sim = await simFor(t);
    await patch(sim, USER, { first_name: "Ada" });
    await configure(sim, { webhookUrl: "http://127.0.0.1:9/", webhookSecret: SECRET });
    assert.equal((await patch(sim, USER, { first_name: "Eve" })).status, 200);
    const seen = await statsWhen(sim, ({ webhooks }) => webhooks.failed === 1);
    assert.deepEqual(seen.webhooks, { sent: 0, failed: 1, dropped: 0 });
  });
});

/** What is done, and the events that follow with the id each is about. */
const STORIES = {
  "creating a user": async (sim) => [["user.created", (await post(sim, "/v1/users", {})).body.id]],
  "changing metadata": async (sim) => {
    await patch(sim, `${USER}/metadata`, { public_metadata: { a: 1 } });
    return [["user.updated", seededUserId(1)]];
  },
  "deleting a user": async (sim) => {
    await remove(sim, USER);
    return [["user.deleted", seededUserId(1)]];
  },
  "banning a user": async (sim) => {
    await post(sim, `${USER}/ban`);
    return [["session.revoked", seededSessionId(1)], ["user.updated", seededUserId(1)]];
  },
  "creating and revoking a session": async (sim) => {
    const { id } = (await post(sim, "/v1/sessions", { user_id: seededUserId(1) })).body;
    await post(sim, `/v1/sessions/${id}/revoke`);
    return [["session.created", id], ["session.revoked", id]];
  },
  "creating, changing and deleting an organization": async (sim) => {
    const { id } = (await post(sim, "/v1/organizations", { name: "New" })).body;
    await patch(sim, `/v1/organizations/${id}`, { name: "Newer" });
    await remove(sim, `/v1/organizations/${id}`);
    return [["organization.created", id], ["organization.updated", id], ["organization.deleted", id]];
  },
  "adding, changing and removing a member": async (sim) => {
    const path = `/v1/organizations/${seededOrganizationId(0)}/memberships`;
    const { id } = (await post(sim, path, { user_id: seededUserId(1), role: "org:member" })).body;
    await patch(sim, `${path}/${seededUserId(1)}`, { role: "org:admin" });
    await remove(sim, `${path}/${seededUserId(1)}`);
    return ["created", "updated", "deleted"].map((what) => [`organizationMembership.${what}`, id]);
  },
};

for (const [name, act] of Object.entries(STORIES)) {
  test(`${name} is told about`, async (t) => {
    const { sim, received } = await wired(t);
    const expected = await act(sim);
    const got = (await received(expected.length)).map(({ event }) => [event.type, event.data.id]);
    assert.deepEqual(got.sort(), expected.sort());
  });
}
