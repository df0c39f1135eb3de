import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import type { OktaFactor } from './authn-response.ts';

/** The values of MFAType. */
export type MfaType = 'OktaVerify' | 'Email' | 'SMS' | 'TOTP' | 'Call';

/** How a factor is verified: an approval on the phone, a code that Okta sends, or one that a device generates. */
export type FactorMethod = 'push' | 'sent code' | 'generated code';

interface FactorKind {
  readonly mfaType: MfaType;
  readonly method: FactorMethod;
  readonly fits: (factor: OktaFactor) => boolean;
}

const isTotp = ({ type }: OktaFactor): boolean => type === 'token:software:totp';

/** The supported kinds of factors; within one MFAType the first is preferred. */
const KINDS: readonly FactorKind[] = [
  {
    mfaType: 'OktaVerify',
    method: 'push',
    fits: ({ type, provider }) => type === 'push' && provider === 'OKTA',
  },
  { mfaType: 'OktaVerify', method: 'generated code', fits: (f) => isTotp(f) && f.provider === 'OKTA' },
  { mfaType: 'TOTP', method: 'generated code', fits: (f) => isTotp(f) && f.provider !== 'OKTA' },
  { mfaType: 'TOTP', method: 'generated code', fits: isTotp },
  { mfaType: 'TOTP', method: 'generated code', fits: ({ type }) => /^token(:hardware|:hotp)?$/.test(type) },
  { mfaType: 'SMS', method: 'sent code', fits: ({ type }) => type === 'sms' },
  { mfaType: 'Email', method: 'sent code', fits: ({ type }) => type === 'email' },
  { mfaType: 'Call', method: 'sent code', fits: ({ type }) => type === 'call' },
];

/** A factor and how it is verified. */
export interface ChosenFactor {
  readonly mfaType: MfaType;
  readonly method: FactorMethod;
  readonly factor: OktaFactor;
}

export interface FactorPreference {
  readonly mfaType: MfaType | undefined;
  /** Whether a code is set; Okta Verify then uses it instead of a push. */
  readonly hasCode: boolean;
  /** Asks the user; absent in unattended processes. */
  readonly prompt?: ((request: PromptRequest) => Promise<string>) | undefined;
}

/** Chooses the preferred factor, the only one, or the one that the user selects. */
export async function chooseFactor(
  factors: readonly OktaFactor[],
  preference: FactorPreference,
): Promise<ChosenFactor> {
  const usable = usableFactors(factors, preference);
  const matching =
    preference.mfaType === undefined
      ? usable
      : usable.filter(({ mfaType }) => mfaType === preference.mfaType);
  const [first] = matching;
  if (first === undefined) throw noFactorError(factors, usable, preference.mfaType);
  const isOneType = new Set(matching.map(({ mfaType }) => mfaType)).size === 1;
  if (matching.length === 1) return first;
  if (preference.prompt === undefined && isOneType) return first;
  if (preference.prompt === undefined) {
    const types = listTypes(matching);
    throw new DriverError('AUTH_CODE_NEEDED', `Okta offers several second factors: ${types.join(', ')}`, {
      remedy: `Choose one: SSOProperties='MFAType=${types[0] ?? ''}'.`,
      candidates: types,
    });
  }
  const choices = numberDuplicates(matching.map(describeFactor));
  const answer = await preference.prompt({ kind: 'choice', message: 'Second factor for Okta', choices });
  return matching[choices.indexOf(answer)] ?? first;
}

/** Numbers repeated names, so that each stands for one factor. */
function numberDuplicates(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((earlier) => earlier === name).length;
    return before === 0 ? name : `${name}, number ${before + 1}`;
  });
}

/** The supported factors; for Okta Verify either the code or the push. */
function usableFactors(
  factors: readonly OktaFactor[],
  { mfaType, hasCode }: FactorPreference,
): readonly ChosenFactor[] {
  const reachable = factors.filter(({ verifyUrl }) => verifyUrl !== undefined);
  const usable = KINDS.flatMap((kind) =>
    reachable.filter((factor) => kind.fits(factor)).map((factor) => ({ ...kind, factor })),
  )
    // Okta Verify codes are a separate factor only with MFAType=TOTP.
    .filter((one) => mfaType === 'TOTP' || one.mfaType !== 'TOTP' || one.factor.provider !== 'OKTA')
    .filter((one, index, all) => !all.slice(0, index).some((earlier) => isSame(one, earlier)));
  const preferred: FactorMethod = hasCode ? 'generated code' : 'push';
  const hasPreferred = usable.some((one) => one.mfaType === 'OktaVerify' && one.method === preferred);
  return usable.filter((one) => !hasPreferred || one.mfaType !== 'OktaVerify' || one.method === preferred);
}

function isSame(one: ChosenFactor, other: ChosenFactor): boolean {
  return one.factor === other.factor && one.mfaType === other.mfaType;
}

function noFactorError(
  factors: readonly OktaFactor[],
  usable: readonly ChosenFactor[],
  mfaType: MfaType | undefined,
): DriverError {
  if (mfaType === undefined || usable.length === 0) {
    const offered = factors.map(({ type, provider }) => `${type} of ${provider}`).join(', ');
    return new DriverError(
      'AUTH_NOT_SUPPORTED',
      `Okta requires a second factor that needs a browser: ${offered === '' ? 'none offered' : offered}`,
      { remedy: 'Enroll Okta Verify, SMS, email or an authenticator app at Okta.' },
    );
  }
  const types = listTypes(usable);
  return new DriverError(
    'AUTH_REFUSED',
    `MFAType ${mfaType} is not enrolled at Okta (available: ${types.join(', ')})`,
    {
      remedy: 'Set MFAType to one of these, or enroll the factor at Okta.',
      candidates: types,
    },
  );
}

function listTypes(factors: readonly ChosenFactor[]): readonly string[] {
  return [...new Set(factors.map(({ mfaType }) => mfaType))];
}

/** A factor as shown to the user. */
export function describeFactor({ mfaType, method: answered, factor }: ChosenFactor): string {
  const how = mfaType === 'OktaVerify' && answered === 'generated code' ? ' code' : '';
  const provider = factor.provider === 'OKTA' || factor.provider === '' ? '' : ` of ${factor.provider}`;
  return `${mfaType}${how}${provider}${factor.reaches === '' ? '' : ` (${factor.reaches})`}`;
}
