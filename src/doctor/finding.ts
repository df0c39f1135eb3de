import { type Attempt, DriverError, type ErrorCode, messageOf } from '../core/errors.ts';

/** What is looked at, in this order. */
export type DoctorStep =
  | 'connection string'
  | 'properties'
  | 'AWS files'
  | 'schema files'
  | 'network'
  | 'credentials'
  | 'identity'
  | 'DynamoDB';

/** One thing that was looked at, and what came of it. Holds no secret. */
export interface Finding {
  readonly step: DoctorStep;
  readonly verdict: 'ok' | 'warning' | 'problem' | 'skipped';
  readonly message: string;
  /** Of a failure. */
  readonly code?: ErrorCode;
  /** What to do. */
  readonly remedy?: string;
  /** Where several ways were tried. */
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

/** A failure as a finding. */
export function failed(
  step: DoctorStep,
  error: unknown,
  verdict: 'problem' | 'warning' = 'problem',
): Finding {
  if (!(error instanceof DriverError)) return { step, verdict, message: messageOf(error) };
  const { code, message, remedy, attempts } = error;
  return { step, verdict, code, message, remedy, ...(attempts.length === 0 ? {} : { attempts }) };
}
