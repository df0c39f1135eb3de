import type { DriverError, ErrorCode } from '../../core/errors.ts';
import type { SessionResponse } from '../../net/http-session.ts';

/** What a refusal of a security token service means; of several the first that fits counts. */
export interface FaultMeaning {
  /** The fault's code, without its prefix. */
  readonly codes: readonly string[];
  /** What the service's words may hold instead of one of the codes. */
  readonly says?: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** What sets one product's security token service apart from the others. */
export interface TrustPeer {
  /** As messages call it. */
  readonly name: string;
  readonly faults: readonly FaultMeaning[];
  /** What to do about a refusal of which nothing is known. */
  readonly advice: string;
  /** How to have tokens issued unencrypted. */
  readonly encryption: string;
  /** What a status, or a page in place of a message, means. Undefined: nothing in particular. */
  refusal(answer: SessionResponse): DriverError | undefined;
}
