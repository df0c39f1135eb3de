declare module 'kerberos' {
  export const GSS_C_MUTUAL_FLAG: number;
  export const GSS_C_SEQUENCE_FLAG: number;
  export const GSS_MECH_OID_SPNEGO: number;

  interface ClientOptions {
    readonly mechOID?: number;
    readonly gssFlag?: number;
  }

  interface Client {
    step(challenge: string): Promise<string | null>;
  }

  export function initializeClient(service: string, options: ClientOptions): Promise<Client>;
}
