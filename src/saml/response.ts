import type { Secret } from '../core/secret.ts';

/** What an identity provider issued, ready for STS, and what could be read of it. */
export interface SamlResponse {
  /** The response in base64, its bytes as they came. */
  readonly encoded: Secret;
  /** Undefined where the assertion is encrypted: AWS can read it, this driver cannot. */
  readonly assertion: AssertionFacts | undefined;
}

/** What AWS will look at. */
export interface AssertionFacts {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The addresses that the assertion may be handed to. */
  readonly recipients: readonly string[];
  readonly notBefore: Date | undefined;
  readonly notOnOrAfter: Date | undefined;
  readonly sessionNotOnOrAfter: Date | undefined;
  /** The values of the attribute for roles, as they came. */
  readonly roleValues: readonly string[];
  readonly roleSessionNames: readonly string[];
  readonly sessionDurationSeconds: number | undefined;
}
