/** The declarations compile as strictly as anybody may compile them, say what Clerk's OpenAPI document says, and fit the code. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { DEFAULT_SECRET_KEY as secretKey, startSim } from '../clerk-sim/sim.mjs';
import { install, root, tool } from '../runtimes/support/install.mjs';

const STRICT = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--target',
  'es2022',
  '--module',
  'nodenext',
];
const types = path.join(root, 'tests/types');

let installed;
before(() => {
  installed = install();
  const { dir } = installed;
  for (const name of ['usage.ts', 'hosts.ts', 'stubs']) {
    cpSync(path.join(types, name), path.join(dir, name), { recursive: true });
  }
  cpSync(path.join(root, 'examples'), path.join(dir, 'examples'), { recursive: true });
  for (const name of ['hono', '@clerk']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(dir, 'node_modules', name));
  }
});
after(() => installed?.remove());

/** Compiles files of the folder the package is installed in; fails with what the compiler says. */
async function compile(...args) {
  const options = { cwd: installed.dir, timeout: 120_000 };
  const { stdout } = await promisify(execFile)(tool('tsc'), [...STRICT, ...args], options).catch((error) =>
    assert.fail(error.stdout || String(error))
  );
  return stdout;
}

describe('the declarations compile', () => {
  test('with the language alone, every declaration in use', () => compile('--lib', 'es2022', 'usage.ts'));
  test("beside a browser's types", () => compile('--lib', 'es2022,dom', 'usage.ts', 'hosts.ts'));
  test("beside a worker's types", () => compile('--lib', 'es2022,webworker', 'hosts.ts'));
  test('for a bundler', () =>
    compile('--lib', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', 'usage.ts'));

  test('in Deno, which knows its own types', async () => {
    const options = { cwd: installed.dir, timeout: 120_000 };
    const args = ['check', '--quiet', '--node-modules-dir=manual', 'hosts.ts'];
    await promisify(execFile)(tool('deno'), args, options).catch((error) => assert.fail(error.stderr || String(error)));
  });
});

describe('the examples compile', () => {
  const examples = {
    'hono-workers/index.ts': [],
    'vercel-middleware/middleware.ts': ['stubs/next-server.d.ts'],
    'deno-serve/main.ts': ['stubs/deno.d.ts'],
  };
  for (const [file, stubs] of Object.entries(examples)) {
    // what hono and @clerk/backend declare is not ours to check
    test(file, () => compile('--lib', 'es2022,dom,dom.iterable', '--skipLibCheck', ...stubs, `examples/${file}`));
  }

  test('there is no other one', () => {
    const folders = readdirSync(path.join(root, 'examples'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory()
    );
    assert.deepEqual(
      folders.map(({ name }) => name).sort(),
      Object.keys(examples).map((file) => path.dirname(file)).sort(),
    );
  });
});

describe('the declarations are complete', () => {
  const ours = ['index.d.ts', 'metrics.d.ts', 'session-tokens.d.ts', 'tokens.d.ts', 'users.d.ts', 'webhooks.d.ts'];
  const text = ours.map((name) => readFileSync(path.join(root, 'pkg', name), 'utf8')).join('\n');
  const json = clerkJson();

  test('what the package exports is declared, and the other way round', async () => {
    const declared = [...text.matchAll(/^export declare (?:class|function|const) (\w+)/gm)].map(([, name]) => name)
      .sort();
    const exported = Object.keys(await import(path.join(installed.dir, 'node_modules/clerk-edge/node.js'))).sort();
    assert.deepEqual(declared, exported);
  });

  test('a client has the methods that are declared', async () => {
    const { createClerkClient } = await import(path.join(installed.dir, 'node_modules/clerk-edge/node.js'));
    const clerk = createClerkClient({ secretKey: 'sk_test_declarations' });
    const methods = (value) =>
      Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, typeof one === 'function' ? true : methods(one)]),
      );
    assert.deepEqual(methods(clerk), {
      users: namesIn('UsersApi'),
      sessions: { ...namesIn('SessionsApi'), cache: namesIn('SessionCache') },
      tokens: namesIn('TokensApi'),
      metrics: namesIn('MetricsApi'),
      webhooks: namesIn('WebhooksApi'),
      ...namesIn('ClerkClient'),
    });
  });

  test('a metrics report has the fields that are declared', async () => {
    const { createClerkClient } = await import(path.join(installed.dir, 'node_modules/clerk-edge/node.js'));
    const report = createClerkClient({ secretKey: 'sk_test_declarations' }).metrics.report();
    assert.deepEqual(Object.keys(report).sort(), Object.keys(membersOf(text, 'MetricsReport')).sort());
    assert.deepEqual(Object.keys(report.live).sort(), Object.keys(membersOf(text, 'LiveCounts')).sort());
    assert.deepEqual(Object.keys(report.responseTimes).sort(), Object.keys(membersOf(text, 'LatencySummary')).sort());
    for (const name of ['outcomes', 'lookups', 'verifications', 'refusals', 'removals']) {
      const union = [...membersOf(text, 'MetricsReport')[name].matchAll(/"(\w+)"/g)].map(([, label]) => label);
      assert.deepEqual(Object.keys(report[name]).sort(), union.sort(), name);
    }
  });

  test('every code of the crate is declared', () => {
    const source = readFileSync(path.join(root, 'src/error.rs'), 'utf8');
    const codes = [...source.slice(source.indexOf('fn code(')).matchAll(/=> "([a-z_]+)",/g)].map(([, code]) => code);
    assert.deepEqual([...unionOf('ClerkEdgeErrorCode'), 'api_response_error'].sort(), [...codes].sort());
  });

  test('every reason of the crate is declared', () => {
    const ofTokens = words('src/core/jwt/reason.rs', 'impl Reason {');
    assert.deepEqual(unionOf('TokenVerificationErrorReason'), ofTokens);
    const ofRequests = [...words('src/core/session/decide.rs', 'impl SignedOutReason {'), ...words('src/core/session/decide.rs', 'impl MachineReason {')];
    const declared = [...unionOf('AuthErrorReason'), ...ofTokens];
    assert.deepEqual(declared.sort(), [...new Set([...ofRequests, ...ofTokens])].sort());
  });

  test('the kinds of token are those of the crate', () => {
    assert.deepEqual(unionOf('TokenType'), words('src/core/session/kinds.rs', 'impl TokenKind {'));
  });

  test('the options of a call that verifies a token are those of the crate', () => {
    const body = /pub struct TokenOptions \{([\s\S]*?)\n\}/.exec(readFileSync(path.join(root, 'src/config/options.rs'), 'utf8'))[1];
    const fields = [...body.matchAll(/^ {4}pub (\w+):/gm)].map(([, name]) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()));
    assert.deepEqual(Object.keys(membersOf(text, 'VerifyTokenOptions')).sort(), fields.sort());
  });

  describe('what authenticateRequest gives has the members that are declared', () => {
    const machines = { m2m_token: 'M2mAuth', oauth_token: 'OauthAuth', api_key: 'ApiKeyAuth' };
    const organization = { v: 2, sts: 'active', fea: 'o:posts', o: { id: 'org_1', slg: 'acme', rol: 'admin', per: 'read', fpm: '1' } };
    const claims = { ...organization, act: { sub: 'user_2' } };
    const functions = ['getToken', 'has'];
    const members = (name) => [...Object.keys(membersOf(text, name)), ...functions].sort();
    let sim;
    let clerk;
    before(async () => {
      const { createClerkClient } = await import(path.join(installed.dir, 'node_modules/clerk-edge/node.js'));
      sim = await startSim({ port: 0, flavour: 'none' });
      clerk = createClerkClient({ secretKey, apiUrl: sim.url });
    });
    after(() => sim?.close());

    const ask = (token, options) => clerk.authenticateRequest({ headers: { authorization: `Bearer ${token}` } }, options);
    const mint = async () => {
      const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ userId: 'user_1', claims });
      return (await (await fetch(`${sim.url}/__sim/session-token`, { method: 'POST', headers, body })).json()).jwt;
    };

    test('somebody', async () => {
      const state = await ask(await mint());
      assert.deepEqual(Object.keys(state).sort(), [...Object.keys(membersOf(text, 'SignedInState<T extends TokenType = TokenType>')), 'toAuth'].sort());
      assert.deepEqual(Object.keys(state.toAuth()).sort(), members('SignedInAuth'));
    });

    test('nobody', async () => {
      const state = await ask('x');
      assert.deepEqual(Object.keys(state).sort(), [...Object.keys(membersOf(text, 'SignedOutState<T extends TokenType | null = TokenType | null>')), 'toAuth'].sort());
      assert.deepEqual(Object.keys(state.toAuth()).sort(), members('SignedOutAuth'));
      const ofNoKind = (await ask('x', { acceptsToken: ['api_key'] })).toAuth();
      assert.deepEqual(Object.keys(ofNoKind).sort(), members('InvalidTokenAuth'));
    });

    for (const [kind, name] of Object.entries(machines)) {
      test(kind, async () => {
        const prefix = { m2m_token: 'mt', oauth_token: 'oat', api_key: 'ak' }[kind];
        const wanted = [...Object.keys(membersOf(text, 'MachineAuth')), ...members(name)].sort();
        const machine = await ask(`${prefix}_sim_active_0`, { acceptsToken: kind });
        assert.equal(machine.reason, null);
        assert.deepEqual(Object.keys(machine.toAuth()).sort(), wanted);
        assert.deepEqual(Object.keys((await ask(`${prefix}_sim_revoked_0`, { acceptsToken: kind })).toAuth()).sort(), wanted);
      });
    }
  });

  test('every member says what it is', () => {
    for (const [name, source] of Object.entries({ [ours.join(', ')]: text, 'clerk.d.ts, organizations.d.ts': json })) {
      const lines = source.split('\n');
      lines.forEach((line, at) => {
        const member = /^ {2}(?:override )?(?:readonly )?(\w+)[?]?[:(<]/.exec(line) ??
          /^export (?:declare )?(?:type|interface|class|function) (\w+)/.exec(line);
        const narrowed = /extends AccountConnection/.test(
          lines.slice(0, at).findLast((one) => one.startsWith('export')) ?? '',
        );
        if (member && !narrowed) {
          assert.match(lines[at - 1], /\*\/$/, `${name}:${at + 1} ${member[1]} is not documented`);
        }
      });
    }
  });

  /** The literals of a union. */
  function unionOf(name) {
    const union = new RegExp(`type ${name} =([^;]+);`).exec(text)[1];
    return [...union.matchAll(/"([^"]+)"/g)].map(([, literal]) => literal);
  }

  /** What `as_str` of a type gives. */
  function words(file, from) {
    const source = readFileSync(path.join(root, file), 'utf8');
    const body = source.slice(source.indexOf(from)).split('\n}')[0];
    const asText = body.slice(body.indexOf('fn as_str(')).split('\n    }')[0];
    return [...asText.matchAll(/"([^"]+)"/g)].map(([, word]) => word);
  }

  function namesIn(api) {
    const body = new RegExp(`interface ${api} \\{([\\s\\S]*?)\\n\\}`).exec(text)[1];
    return Object.fromEntries([...body.matchAll(/^ {2}(\w+)[(<]/gm)].map(([, name]) => [name, true]));
  }
});

describe("Clerk's JSON is declared as Clerk's OpenAPI document has it", () => {
  const file = openapi();
  const source = clerkJson();
  const schemas = {
    User: 'User',
    EmailAddress: 'EmailAddress',
    PhoneNumber: 'PhoneNumber',
    Web3Wallet: 'Web3Wallet',
    Passkey: 'Passkey',
    ExternalAccount: 'ExternalAccountWithVerification',
    SamlAccount: 'SAMLAccount',
    EnterpriseAccount: 'EnterpriseAccount',
    Session: 'Session',
    SessionActivity: 'SessionActivityResponse',
    SessionTask: 'SessionTask',
    IdentificationLink: 'IdentificationLink',
    ScimUserMetadata: 'SCIMUserMetadata',
    Organization: 'Organization',
    OrganizationMembership: 'OrganizationMembership',
    PublicUserData: 'OrganizationMembershipPublicUserData',
  };

  if (file === undefined) console.error("Clerk's OpenAPI document is ABSENT (set CLERK_OPENAPI_DIR): not compared");
  for (const [ours, theirs] of file === undefined ? [] : Object.entries(schemas)) {
    test(`${ours}: names, what is promised, what may be null`, () => {
      const schema = document().components.schemas[theirs];
      const declared = membersOf(source, ours);
      assert.deepEqual(Object.keys(declared).sort(), Object.keys(schema.properties).sort());
      for (const [name, property] of Object.entries(schema.properties)) {
        const type = declared[name];
        assert.equal(!type.startsWith('?'), (schema.required ?? []).includes(name), `${name} is promised or not`);
        assert.equal(/\| null$/.test(type), property.nullable === true, `${name} may be null or not`);
        if (property.enum) assert.deepEqual(literals(type), [...property.enum].sort(), `values of ${name}`);
      }
    });
  }

  function literals(type) {
    const named = /^\??\s*(\w+)$/.exec(type)?.[1];
    const text = named ? new RegExp(`type ${named} =([^;]+);`).exec(source)[1] : type;
    return [...text.matchAll(/"([^"]+)"/g)].map(([, value]) => value).sort();
  }

  let parsed;
  function document() {
    parsed ??= parse(readFileSync(file, 'utf8'));
    return parsed;
  }
});

/** Where Clerk's document is: the folder of the environment, else one beside the repository. */
/** The declarations of Clerk's JSON, all files in one. */
function clerkJson() {
  return ['clerk.d.ts', 'organizations.d.ts'].map((name) => readFileSync(path.join(root, 'pkg', name), 'utf8')).join('\n');
}

function openapi() {
  const dirs = [
    process.env.CLERK_OPENAPI_DIR,
    path.join(root, '../shared/clerk/openapi'),
    path.join(root, 'tests/clerk-sim/openapi'),
  ];
  return dirs.filter(Boolean).map((dir) => path.join(dir, 'bapi-2026-05-12.yml')).find((file) => existsSync(file));
}

/** Member names of an interface to their types; a type starts with `?` when the member is optional. */
function membersOf(source, name) {
  const escaped = name.replaceAll('|', '\\|');
  const body = new RegExp(`interface ${escaped} (?:extends \\w+ )?\\{([\\s\\S]*?)\\n\\}`).exec(source)[1];
  const found = [...body.matchAll(/^ {2}readonly (\w+)(\??): ([^;]+);/gm)];
  return Object.fromEntries(found.map(([, member, optional, type]) => [member, `${optional}${type}`]));
}
