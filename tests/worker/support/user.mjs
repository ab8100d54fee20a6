// One user as Clerk's Backend API answers it: the shape of its OpenAPI document, with nothing but the id varying.

const at = 1_760_000_000_000;

const verified = (strategy, extra) => ({
  object: `verification_${strategy}`, status: 'verified', strategy, attempts: null, expire_at: at + 600_000, ...extra,
});

/**
 * A user as an object, padded through its public metadata to `bytes` of JSON.
 * @param {string} id
 * @param {number} [bytes] of the JSON text; the bare user takes about 3.5 kB
 */
export function user(id, bytes = 4500) {
  const bare = {
    id, object: 'user', username: 'ada', first_name: 'Ada', last_name: 'Lovelace', locale: 'en-GB',
    image_url: `https://img.clerk.com/${'eyJ0eXBlIjoicHJveHkiLCJzcmMiOiJodHRwczovL2ltYWdlcy5jbGVyay5kZXYvb2F1dGhfZ29vZ2xlL2ltZ18yYSJ9'}`,
    has_image: true, primary_email_address_id: 'idn_2aX1', primary_phone_number_id: 'idn_2aP1', primary_web3_wallet_id: null,
    password_enabled: true, two_factor_enabled: false, totp_enabled: false, backup_code_enabled: false,
    email_addresses: [['idn_2aX1', 'ada@example.com'], ['idn_2aX2', 'countess.of.lovelace@analytical.example.org']].map(
      ([key, address]) => ({
        id: key, object: 'email_address', email_address: address, reserved: false, verification: verified('from_oauth_google'),
        linked_to: [{ type: 'oauth_google', id: 'idn_2aG1' }], matches_sso_connection: false, created_at: at, updated_at: at + 1,
      })),
    phone_numbers: [{
      id: 'idn_2aP1', object: 'phone_number', phone_number: '+15555550100', reserved_for_second_factor: false,
      default_second_factor: false, reserved: false, verification: verified('otp'), linked_to: [], backup_codes: null,
      created_at: at, updated_at: at + 2,
    }],
    web3_wallets: [], passkeys: [],
    external_accounts: ['google', 'github'].map((provider) => ({
      object: 'external_account', id: `eac_${provider}`, provider: `oauth_${provider}`, identification_id: 'idn_2aG1',
      provider_user_id: '108123456789012345678', external_account_id: `eac_${provider}`,
      approved_scopes: 'email https://www.googleapis.com/auth/userinfo.email openid profile', email_address: 'ada@example.com',
      first_name: 'Ada', last_name: 'Lovelace', avatar_url: 'https://lh3.googleusercontent.com/a/ACg8ocJ0u4Zq', username: null,
      image_url: 'https://img.clerk.com/eyJ0eXBlIjoicHJveHkiLCJzcmMiOiJodHRwczovL2xoMy5nb29nbGV1c2VyY29udGVudC5jb20ifQ',
      phone_number: null, public_metadata: {}, label: null, verification: verified(`oauth_${provider}`), created_at: at, updated_at: at,
    })),
    saml_accounts: [], enterprise_accounts: [], organization_memberships: null, password_last_updated_at: at, mfa_enabled_at: null,
    mfa_disabled_at: null, external_id: 'crm-0042', last_sign_in_at: at + 5, last_active_at: at + 6, banned: false, locked: false,
    lockout_expires_in_seconds: null, verification_attempts_remaining: 100, created_at: at, updated_at: at + 7,
    delete_self_enabled: true, create_organization_enabled: true, create_organizations_limit: null, legal_accepted_at: at,
    private_metadata: { stripe: 'cus_2aNx', notes: 'prefers "quoted" text \\ and Zürich 🙂' }, unsafe_metadata: { theme: 'dark' },
    public_metadata: { plan: 'pro', seats: 12, tags: [] },
  };
  const tag = (n) => `segment-${String(n).padStart(4, '0')}`;
  const short = bytes - new TextEncoder().encode(JSON.stringify(bare)).length;
  bare.public_metadata.tags = Array.from({ length: Math.max(0, Math.round(short / 15)) }, (_, n) => tag(n));
  return bare;
}

/** The same as JSON text. */
export const userJson = (id, bytes) => JSON.stringify(user(id, bytes));
