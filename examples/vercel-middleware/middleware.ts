// Next.js middleware on Vercel's Edge: /beta is for users whose metadata says so.
//
// The session token says who is asking; whether they may see the beta is in Clerk's user, which would be a call to Clerk
// for each page. clerk-edge asks once a minute per user and instance of this function, and once for all who ask at once.
import { verifyToken } from "@clerk/backend";
import { createClerkClient } from "clerk-edge";
import { type NextFetchEvent, type NextRequest, NextResponse } from "next/server";

const secretKey = process.env["CLERK_SECRET_KEY"];
const apiUrl = process.env["CLERK_API_URL"];

// Made once: the cache lives as long as this instance of the function.
const clerk = createClerkClient({ secretKey, apiUrl, retry: { deadlineMs: 3_000 } });

export const config = { matcher: "/beta/:path*" };

export async function middleware(request: NextRequest, event: NextFetchEvent): Promise<NextResponse> {
  const userId = await signedIn(request);
  if (userId === undefined) return NextResponse.redirect(new URL("/sign-in", request.url));
  try {
    const scoped = clerk.with({ waitUntil: (promise) => event.waitUntil(promise), signal: request.signal });
    const user = await scoped.users.getUser(userId, { fields: ["public_metadata.beta"] });
    if (user.public_metadata.beta === true) return NextResponse.next();
  } catch (error) {
    // Closed when Clerk cannot be asked: a beta that opens by accident cannot be closed again.
    console.error("beta check failed", error);
  }
  return NextResponse.redirect(new URL("/", request.url));
}

async function signedIn(request: NextRequest): Promise<string | undefined> {
  const token = request.cookies.get("__session")?.value;
  if (token === undefined || secretKey === undefined) return undefined;
  try {
    const { sub } = await verifyToken(token, apiUrl === undefined ? { secretKey } : { secretKey, apiUrl });
    return sub;
  } catch {
    return undefined;
  }
}
