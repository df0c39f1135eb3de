import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { type HttpsAnswer, type HttpsRequest, startHttps } from '../doubles/https-server.ts';
import { type TestAuthority, testAuthority } from '../support/certificates.ts';
import { findMissingPackages } from './debian.ts';
import { startProgram } from './program.ts';

/** SimpleSAMLphp as an identity provider for AWS, with TLS on loopback. */
export interface SimpleSaml extends AsyncDisposable {
  /** The page that starts a sign-in to AWS. */
  readonly loginUrl: string;
  /** The password of all users. */
  readonly password: string;
  /** The certificate of the authority that signed the server's. */
  readonly ca: string;
  /** All requests to the server. */
  readonly requests: readonly HttpsRequest[];
}

/** A user with the values of the role attribute for AWS. */
export interface SamlUser {
  readonly name: string;
  readonly roles: readonly string[];
}

const PACKAGES = ['simplesamlphp', 'php-cli', 'php-xml', 'php-mbstring'];
const WWW = '/usr/share/simplesamlphp/www';
const PASSWORD = "pä$s&w=rd 'n";

/** Starts the provider. Returns the reason if it is not available. */
export async function startSimpleSaml(
  users: readonly SamlUser[],
): Promise<SimpleSaml | { readonly skipped: string }> {
  const without = findMissingPackages(PACKAGES);
  if (without !== undefined) return { skipped: without };
  const authority = testAuthority();
  if ('skipped' in authority) return authority;
  const directory = mkdtempSync(join(tmpdir(), 'dynadbc-simplesaml-'));
  try {
    return await startIn(directory, users, authority);
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
}

async function startIn(
  directory: string,
  users: readonly SamlUser[],
  authority: TestAuthority,
): Promise<SimpleSaml | { readonly skipped: string }> {
  let quotePhp = 0;
  const tls = await startHttps(authority.server, (asked) => forward(asked, quotePhp));
  writeSettings(directory, tls.origin, users);
  const running = await startProgram(
    'php',
    (port) => ['-S', `127.0.0.1:${port}`, join(directory, 'router.php')],
    {
      env: () => ({ SIMPLESAMLPHP_CONFIG_DIR: join(directory, 'config') }),
      ready: '/simplesaml/saml2/idp/metadata.php',
    },
  );
  const close = async (): Promise<void> => {
    await tls[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  };
  if ('skipped' in running) {
    await close();
    return running;
  }
  quotePhp = running.port;
  return {
    loginUrl: `${tls.origin}/simplesaml/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices`,
    password: PASSWORD,
    ca: authority.ca,
    requests: tls.requests,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await close();
    },
  };
}

/** PHP's built-in server does not support TLS. */
async function forward({ method, url, headers, body }: HttpsRequest, port: number): Promise<HttpsAnswer> {
  const answer = await request(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: {
      host: url.host,
      ...(headers.cookie === undefined ? {} : { cookie: headers.cookie }),
      ...(headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }),
    },
    ...(method === 'POST' ? { body } : {}),
  });
  const kept = ['location', 'set-cookie', 'content-type'].flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status: answer.statusCode, headers: Object.fromEntries(kept), body: await answer.body.text() };
}

function writeSettings(directory: string, origin: string, users: readonly SamlUser[]): void {
  for (const name of ['config', 'metadata', 'cert', 'log', 'data', 'tmp']) mkdirSync(join(directory, name));
  const at = (name: string): string => php(`${join(directory, name)}/`);
  const write = (name: string, text: string): void =>
    writeFileSync(join(directory, name), `<?php\n${text}\n`);
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'idp.pem'];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-out', 'idp.crt', '-days', '2', '-subj', '/CN=idp'], {
    cwd: join(directory, 'cert'),
    stdio: 'pipe',
  });
  write(
    'config/config.php',
    `$config = [
  'baseurlpath' => ${php(`${origin}/simplesaml/`)},
  'certdir' => ${at('cert')}, 'loggingdir' => ${at('log')}, 'datadir' => ${at('data')}, 'tempdir' => ${at('tmp')},
  'metadatadir' => ${at('metadata')}, 'metadata.sources' => [['type' => 'flatfile']],
  'secretsalt' => 'for a test', 'auth.adminpassword' => 'for a test', 'technicalcontact_email' => 'na@example.org',
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'logging.handler' => 'file', 'store.type' => 'phpsession', 'session.phpsession.savepath' => ${at('data')},
  'session.cookie.secure' => true, 'timezone' => 'UTC', 'language.default' => 'en', 'language.available' => ['en'],
];`,
  );
  write(
    'config/authsources.php',
    `$config = ['people' => ['exampleauth:UserPass',
${users.map(formatUser).join('\n')}
]];`,
  );
  write(
    'metadata/saml20-idp-hosted.php',
    `$metadata['__DYNAMIC:1__'] = [
  'host' => '__DEFAULT__', 'privatekey' => 'idp.pem', 'certificate' => 'idp.crt', 'auth' => 'people',
  'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
  'authproc' => [10 => ['class' => 'core:AttributeMap',
    'name' => 'https://aws.amazon.com/SAML/Attributes/RoleSessionName',
    'roles' => 'https://aws.amazon.com/SAML/Attributes/Role']],
];`,
  );
  write(
    'metadata/saml20-sp-remote.php',
    `$metadata['urn:amazon:webservices'] = ['AssertionConsumerService' => 'https://signin.aws.amazon.com/saml',
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'saml20.sign.assertion' => true];`,
  );
  write(
    'router.php',
    `$_SERVER['HTTPS'] = 'on';
$_SERVER['SERVER_PORT'] = ${php(new URL(origin).port)};
$rest = preg_replace('#^/simplesaml/#', '', parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$isModule = str_starts_with($rest, 'module.php');
$script = $isModule ? 'module.php' : $rest;
if ($isModule) $_SERVER['PATH_INFO'] = substr($rest, strlen($script));
$_SERVER['SCRIPT_NAME'] = "/simplesaml/$script";
$_SERVER['SCRIPT_FILENAME'] = ${php(WWW)} . "/$script";
chdir(dirname($_SERVER['SCRIPT_FILENAME']));
require $_SERVER['SCRIPT_FILENAME'];`,
  );
}

function formatUser({ name, roles }: SamlUser): string {
  const attributes = `'name' => [${php(`${name}@corp.test`)}], 'roles' => [${roles.map(php).join(', ')}]`;
  return `  ${php(`${name}:${PASSWORD}`)} => [${attributes}],`;
}

/** Quotes a string for PHP without substitutions. */
function php(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
