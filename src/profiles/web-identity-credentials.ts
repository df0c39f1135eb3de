import { getErrorMessage } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { sessionName } from '../credentials/role-options.ts';
import { assumeRoleWithWebIdentity } from '../aws/sts.ts';
import { type ProfileKind, firstKey, profileError, wordAt } from './profile-kind.ts';
import { stsOfProfile } from './sts-of-profile.ts';

/** Credentials of a role, for the bearer of an OpenID Connect token that a file holds. */
export const webIdentityCredentials: ProfileKind = {
  what: 'a web identity',
  key: (profile) => firstKey(profile, 'web_identity_token_file'),
  source(profile, key, context) {
    const { chain, ports } = context;
    const roleArn = wordAt(profile, 'role_arn');
    if (roleArn === undefined) {
      throw profileError(key, `profile "${profile.name}" has web_identity_token_file but no role_arn`, chain);
    }
    const file = key.value.replace(/^~(?=$|[/\\])/, () => ports.home);
    const fault = (message: string, cause?: unknown): Error =>
      profileError(key, `web_identity_token_file of profile "${profile.name}": ${message}`, chain, { cause });
    return async (signal) => {
      // Whoever issues the tokens renews the file.
      const text = await ports.readFile(file).catch((cause: unknown) => {
        throw fault(`${file} cannot be read: ${getErrorMessage(cause)}`, cause);
      });
      if (text === undefined) throw fault(`there is no file ${file}`);
      const token = text.trim();
      if (token === '') throw fault(`${file} is empty`);
      const credentials = await assumeRoleWithWebIdentity({
        ...stsOfProfile(roleArn, profile, context),
        roleArn,
        sessionName: wordAt(profile, 'role_session_name') ?? sessionName(context.options, ports),
        token: new Secret(token),
        signal,
      });
      return {
        ...credentials,
        origin: `profile "${profile.name}", role ${roleArn}, by way of the web identity of ${file}`,
      };
    };
  },
};
