import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import type { OktaFactor } from './answer.ts';

/** The second factors that a connection string may ask for. */
export type MfaType = 'OktaVerify' | 'Email' | 'SMS' | 'TOTP' | 'Call';

/** How a factor is answered: by a touch on the phone, a code that Okta sends first, or one that a device shows. */
export type Answered = 'by touch' | 'by sent code' | 'by shown code';

interface FactorKind {
  readonly mfaType: MfaType;
  readonly answered: Answered;
  readonly fits: (factor: OktaFactor) => boolean;
}

const isTotp = ({ type }: OktaFactor): boolean => type === 'token:software:totp';

/** The kinds of factors that can be answered here; within one MFAType the earlier is better. */
const KINDS: readonly FactorKind[] = [
  {
    mfaType: 'OktaVerify',
    answered: 'by touch',
    fits: ({ type, provider }) => type === 'push' && provider === 'OKTA',
  },
  { mfaType: 'OktaVerify', answered: 'by shown code', fits: (f) => isTotp(f) && f.provider === 'OKTA' },
  { mfaType: 'TOTP', answered: 'by shown code', fits: (f) => isTotp(f) && f.provider !== 'OKTA' },
  { mfaType: 'TOTP', answered: 'by shown code', fits: isTotp },
  { mfaType: 'TOTP', answered: 'by shown code', fits: ({ type }) => /^token(:hardware|:hotp)?$/.test(type) },
  { mfaType: 'SMS', answered: 'by sent code', fits: ({ type }) => type === 'sms' },
  { mfaType: 'Email', answered: 'by sent code', fits: ({ type }) => type === 'email' },
  { mfaType: 'Call', answered: 'by sent code', fits: ({ type }) => type === 'call' },
];

/** A factor and how it is answered. */
export interface ChosenFactor {
  readonly mfaType: MfaType;
  readonly answered: Answered;
  readonly factor: OktaFactor;
}

export interface FactorWish {
  readonly mfaType: MfaType | undefined;
  /** Whether there is a code to give; then Okta Verify is answered with it and not by a touch. */
  readonly hasCode: boolean;
  /** Asks the person; absent where nobody listens. */
  readonly prompt?: ((request: PromptRequest) => Promise<string>) | undefined;
}

/** Chooses the factor: the one that was asked for, the only one there is, or the one that the person says. */
export async function chooseFactor(factors: readonly OktaFactor[], wish: FactorWish): Promise<ChosenFactor> {
  const usable = usableFactors(factors, wish);
  const wanted =
    wish.mfaType === undefined ? usable : usable.filter(({ mfaType }) => mfaType === wish.mfaType);
  const [first] = wanted;
  if (first === undefined) throw noneFits(factors, usable, wish.mfaType);
  const isOneType = new Set(wanted.map(({ mfaType }) => mfaType)).size === 1;
  if (wanted.length === 1) return first;
  if (wish.prompt === undefined && isOneType) return first;
  if (wish.prompt === undefined) {
    const types = typesOf(wanted);
    throw new DriverError('AUTH_CODE_NEEDED', `Okta offers several second factors: ${types.join(', ')}`, {
      remedy: `Choose one: SSOProperties='MFAType=${types[0] ?? ''}'.`,
      candidates: types,
    });
  }
  const choices = distinct(wanted.map(nameOf));
  const answer = await wish.prompt({ kind: 'choice', message: 'Second factor for Okta', choices });
  return wanted[choices.indexOf(answer)] ?? first;
}

/** The same names, numbered where one would stand for several factors. */
function distinct(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((earlier) => earlier === name).length;
    return before === 0 ? name : `${name}, number ${before + 1}`;
  });
}

/** What can be answered: of Okta Verify the code where there is one to give and otherwise the touch. */
function usableFactors(
  factors: readonly OktaFactor[],
  { mfaType, hasCode }: FactorWish,
): readonly ChosenFactor[] {
  const reachable = factors.filter(({ verifyUrl }) => verifyUrl !== undefined);
  const usable = KINDS.flatMap((kind) =>
    reachable.filter((factor) => kind.fits(factor)).map((factor) => ({ ...kind, factor })),
  )
    // Okta Verify's codes are a factor of their own only for those who ask for that.
    .filter((one) => mfaType === 'TOTP' || one.mfaType !== 'TOTP' || one.factor.provider !== 'OKTA')
    .filter((one, index, all) => !all.slice(0, index).some((earlier) => isSame(one, earlier)));
  const better: Answered = hasCode ? 'by shown code' : 'by touch';
  const hasBetter = usable.some((one) => one.mfaType === 'OktaVerify' && one.answered === better);
  return usable.filter((one) => !hasBetter || one.mfaType !== 'OktaVerify' || one.answered === better);
}

function isSame(one: ChosenFactor, other: ChosenFactor): boolean {
  return one.factor === other.factor && one.mfaType === other.mfaType;
}

function noneFits(
  factors: readonly OktaFactor[],
  usable: readonly ChosenFactor[],
  wanted: MfaType | undefined,
): DriverError {
  if (wanted === undefined || usable.length === 0) {
    const there = factors.map(({ type, provider }) => `${type} of ${provider}`).join(', ');
    return new DriverError(
      'AUTH_NOT_SUPPORTED',
      `Okta asks for a second factor that needs a browser: ${there === '' ? 'it offers none' : there}`,
      { remedy: 'Enrol Okta Verify, SMS, e-mail or an authenticator app at Okta.' },
    );
  }
  const types = typesOf(usable);
  return new DriverError(
    'AUTH_REFUSED',
    `MFAType ${wanted} is not set up at Okta; there are ${types.join(', ')}`,
    {
      remedy: 'Choose one of them as MFAType, or set the factor up at Okta.',
      candidates: types,
    },
  );
}

function typesOf(factors: readonly ChosenFactor[]): readonly string[] {
  return [...new Set(factors.map(({ mfaType }) => mfaType))];
}

/** A factor in words. */
export function nameOf({ mfaType, answered, factor }: ChosenFactor): string {
  const how = mfaType === 'OktaVerify' && answered === 'by shown code' ? ' code' : '';
  const whose = factor.provider === 'OKTA' || factor.provider === '' ? '' : ` of ${factor.provider}`;
  return `${mfaType}${how}${whose}${factor.reaches === '' ? '' : ` (${factor.reaches})`}`;
}
