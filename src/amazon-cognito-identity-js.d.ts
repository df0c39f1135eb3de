// What the package exports and its own declarations leave out.

declare module 'amazon-cognito-identity-js/lib/BigInteger.js' {
  class BigInteger {
    constructor(digits: string, radix: number);
    toString(radix: number): string;
  }
  const exported: { readonly default: typeof BigInteger };
  export default exported;
  export type { BigInteger };
}

declare module 'amazon-cognito-identity-js' {
  import type { BigInteger } from 'amazon-cognito-identity-js/lib/BigInteger.js';

  class AuthenticationHelper {
    constructor(poolName: string);
    /** The secret exponent; the constructor draws it. */
    smallAValue: BigInteger;
    largeAValue: BigInteger | undefined;
    getLargeAValue(callback: (error: Error | null, value: BigInteger) => void): void;
    getPasswordAuthenticationKey(
      user: string,
      password: string,
      serverB: BigInteger,
      salt: BigInteger,
      callback: (error: Error | null, key: Uint8Array) => void,
    ): void;
  }

  class DateHelper {
    getNowString(): string;
  }
}
