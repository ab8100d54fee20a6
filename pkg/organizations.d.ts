/** Organizations and their members, as Clerk's Backend API sends them. */

import type { JsonObject } from "./clerk.d.ts";

/** An organization. */
export interface Organization {
  /** Always `organization`. */
  readonly object: "organization";
  /** `org_…`. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its name in addresses; unique in the instance. */
  readonly slug: string;
  /** Address of its logo. */
  readonly image_url?: string;
  /** Whether the logo is its own. */
  readonly has_image: boolean;
  /** Number of members, where it was asked for. */
  readonly members_count?: number;
  /** Whether no member may manage members, where it was asked for. */
  readonly missing_member_with_elevated_permissions?: boolean;
  /** Number of open invitations. */
  readonly pending_invitations_count?: number;
  /** How many members it may have; 0 means any number. */
  readonly max_allowed_memberships: number;
  /** Whether its admins may delete it. */
  readonly admin_delete_enabled: boolean;
  /** Readable by the frontend, written by the backend alone. */
  readonly public_metadata: JsonObject;
  /** Read and written by the backend alone. */
  readonly private_metadata?: JsonObject;
  /** Who made it. */
  readonly created_by?: string;
  /** When it was made. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
  /** When a member was last active. */
  readonly last_active_at?: number;
  /** Its set of roles. */
  readonly role_set_key?: string | null;
}

/** A user's membership of an organization. */
export interface OrganizationMembership {
  /** `orgmem_…`. */
  readonly id: string;
  /** Always `organization_membership`. */
  readonly object: "organization_membership";
  /** For example `org:admin`. */
  readonly role: string;
  /** The role's name for people. */
  readonly role_name?: string;
  /** For example `org:invoices:create`. */
  readonly permissions: readonly string[];
  /** Readable by the frontend, written by the backend alone. */
  readonly public_metadata: JsonObject;
  /** Read and written by the backend alone. */
  readonly private_metadata?: JsonObject;
  /** The organization. */
  readonly organization: Organization;
  /** The user, as other members see it. */
  readonly public_user_data?: PublicUserData;
  /** When it was made. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
}

/** A user, as other members of an organization see it. */
export interface PublicUserData {
  /** `user_…`. */
  readonly user_id: string;
  /** First name. */
  readonly first_name: string | null;
  /** Last name. */
  readonly last_name: string | null;
  /**
   * The picture's old address.
   * @deprecated Use `image_url`.
   */
  readonly profile_image_url: string | null;
  /** Address of the picture. */
  readonly image_url: string;
  /** Whether the picture is the user's own. */
  readonly has_image: boolean;
  /** The user's main e-mail address, phone number or username. */
  readonly identifier?: string | null;
  /** Username. */
  readonly username?: string | null;
  /** Whether the user is banned. */
  readonly banned?: boolean;
  /** Whether the user's directory took the right to sign in away. */
  readonly deprovisioned?: boolean;
}
