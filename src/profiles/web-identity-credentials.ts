import { getErrorMessage } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { resolveSessionName } from '../credentials/role-options.ts';
import { assumeRoleWithWebIdentity } from '../aws/sts.ts';
import { type ProfileKind, findFirstSetting, profileError, getSettingValue } from './profile-kind.ts';
import { resolveProfileSts } from './profile-sts.ts';

/** Credentials of a role that is assumed with the OpenID Connect token in a file. */
export const webIdentityCredentials: ProfileKind = {
  what: 'a web identity',
  key: (profile) => findFirstSetting(profile, 'web_identity_token_file'),
  source(profile, key, context) {
    const { chain, ports } = context;
    const roleArn = getSettingValue(profile, 'role_arn');
    if (roleArn === undefined) {
      throw profileError(
        key,
        `profile "${profile.name}" has web_identity_token_file, but requires role_arn`,
        chain,
      );
    }
    const file = key.value.replace(/^~(?=$|[/\\])/, () => ports.home);
    const toError = (message: string, cause?: unknown): Error =>
      profileError(key, `web_identity_token_file of profile "${profile.name}": ${message}`, chain, { cause });
    return async (signal) => {
      // The identity provider rotates the token, so the file is read each time.
      const content = await ports.readFile(file).catch((cause: unknown) => {
        throw toError(`could not read file "${file}": ${getErrorMessage(cause)}`, cause);
      });
      if (content === undefined) throw toError(`could not open file "${file}": no such file`);
      const token = content.trim();
      if (token === '') throw toError(`file "${file}" is empty`);
      const credentials = await assumeRoleWithWebIdentity({
        ...resolveProfileSts(roleArn, profile, context),
        roleArn,
        sessionName:
          getSettingValue(profile, 'role_session_name') ?? resolveSessionName(context.options, ports),
        token: new Secret(token),
        signal,
      });
      return {
        ...credentials,
        origin: `profile "${profile.name}", role ${roleArn}, via the web identity token from ${file}`,
      };
    };
  },
};
