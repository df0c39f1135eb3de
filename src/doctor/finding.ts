import { type Attempt, DriverError, type ErrorCode, getErrorMessage } from '../core/errors.ts';

/** The steps of a diagnosis, in order. */
export type DoctorStep =
  | 'connection string'
  | 'properties'
  | 'AWS files'
  | 'schema files'
  | 'network'
  | 'credentials'
  | 'identity'
  | 'DynamoDB';

/** The result of one check. Never contains a secret. */
export interface Finding {
  readonly step: DoctorStep;
  readonly verdict: 'ok' | 'warning' | 'problem' | 'skipped';
  readonly message: string;
  /** Set for failures. */
  readonly code?: ErrorCode;
  /** What to do. */
  readonly remedy?: string;
  /** Each attempt, when several sign-in sources were tried. */
  readonly attempts?: readonly Attempt[];
}

export function ok(step: DoctorStep, message: string): Finding {
  return { step, verdict: 'ok', message };
}

export function skipped(step: DoctorStep, message: string): Finding {
  return { step, verdict: 'skipped', message };
}

export function warning(step: DoctorStep, message: string, remedy?: string): Finding {
  return { step, verdict: 'warning', message, ...(remedy === undefined ? {} : { remedy }) };
}

/** Converts a failure to a finding. */
export function failed(
  step: DoctorStep,
  error: unknown,
  verdict: 'problem' | 'warning' = 'problem',
): Finding {
  if (!(error instanceof DriverError)) return { step, verdict, message: getErrorMessage(error) };
  const { code, message, remedy, attempts } = error;
  return { step, verdict, code, message, remedy, ...(attempts.length === 0 ? {} : { attempts }) };
}
