import assert from "node:assert/strict";
import { test } from "node:test";
import { freshId, seededId, seededIndex } from "./ids.mjs";
import { seededCard, seededUser } from "./seed.mjs";
import { DEFAULT_LIVE_SECRET_KEY, DEFAULT_SECRET_KEY, seededUserId } from "./sim.mjs";
import { Users } from "./users.mjs";

test("a seeded user is 3 to 4 KB of JSON", () => {
  for (let index = 0; index < 3000; index += 1) {
    const bytes = Buffer.byteLength(JSON.stringify(seededUser(index, 1)));
    assert.ok(bytes >= 3000 && bytes <= 4096, `user ${index} has ${bytes} bytes`);
  }
});

test("the seed never changes: these ids and names are documented", () => {
  assert.equal(seededUserId(0), "user_24C9200000Hgk5w475Zmk4GFr6g");
  assert.equal(seededUserId(0, DEFAULT_LIVE_SECRET_KEY), "user_24C92000021msjt4bMki33ms5zW");
  assert.equal(seededCard(0).emails[0], "fatima.lefevre.0@example.org");
  assert.deepEqual(seededUser(17, 5), seededUser(17, 5));
});

test("identifiers are unique over the whole seed", () => {
  const seen = new Set();
  for (let index = 0; index < 100_000; index += 1) {
    const { emails, phones, username, externalId } = seededCard(index);
    for (const identifier of [...emails, ...phones, username, externalId]) {
      assert.ok(!seen.has(identifier), identifier);
      seen.add(identifier);
    }
  }
});

test("an id tells its position to its own instance and kind, and to nobody else", () => {
  for (const index of [0, 1, 61, 62, 99_999, 14_776_335]) {
    const id = seededId("user", index, 42);
    assert.match(id, /^user_[0-9A-Za-z]{27}$/);
    assert.equal(seededIndex("user", id, 42), index);
    assert.equal(seededIndex("user", id, 43), -1);
    assert.equal(seededIndex("sess", id.replace("user", "sess"), 42), -1);
  }
  for (const id of ["", "user_", "user_x", freshId("user"), `user_${"!".repeat(27)}`, seededId("user", 1, 42).slice(0, -1)]) {
    assert.equal(seededIndex("user", id, 42), -1);
  }
});

test("users in order of creation agree with a sorted list through creating, changing and deleting", () => {
  const users = new Users(40, 7);
  const model = new Map(Array.from({ length: 40 }, (_, at) => [seededId("user", at, 7), seededCard(at).createdAt]));
  let state = 99;
  const random = (most) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % most;
  for (let round = 0; round < 300; round += 1) {
    const ids = [...model.keys()];
    const id = ids[random(ids.length)];
    const at = seededCard(0).createdAt + random(50) * 300_000;
    const action = random(3);
    if (action === 0) {
      const user = { ...seededUser(1000 + round, 7), created_at: at };
      users.save(user);
      model.set(user.id, at);
    } else if (action === 1) {
      users.save({ ...users.read(id), created_at: at });
      model.set(id, at);
    } else {
      assert.equal(users.remove(id), true);
      model.delete(id);
    }
    const walked = [];
    users.walk(false, undefined, (card) => void walked.push(users.idOf(card)));
    assert.equal(users.size, model.size);
    assert.deepEqual([...walked].sort(), [...model.keys()].sort());
    walked.forEach((one, place) => place > 0 && assert.ok(model.get(walked[place - 1]) <= model.get(one)));
    const backwards = [];
    users.walk(true, undefined, (card) => void backwards.push(users.idOf(card)));
    assert.deepEqual(backwards, [...walked].reverse());
    const middle = walked[random(walked.length)];
    const after = [];
    users.walk(false, users.card(middle), (card) => void after.push(users.idOf(card)));
    assert.deepEqual(after, walked.slice(walked.indexOf(middle) + 1));
    const before = [];
    users.walk(true, users.card(middle), (card) => void before.push(users.idOf(card)));
    assert.deepEqual(before, walked.slice(0, walked.indexOf(middle)).reverse());
  }
});

test("the default keys open different instances", () => {
  assert.notEqual(seededUserId(0, DEFAULT_SECRET_KEY), seededUserId(0, DEFAULT_LIVE_SECRET_KEY));
});
