import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCascade } from './cascade-command.ts'
import { HttpCaller, type Reply } from './http-caller.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const TEST_MS_MAX = 60_000
const OPENSSL = 'openssl'
const FAILED_SIGN_INS_AT_ONCE = 60

const root = mkdtempSync(join(tmpdir(), 'cascade-defaults-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a server that nobody configured', () => {
  let server: ServerProcess
  let address: ServerAddress
  let caller: HttpCaller

  beforeAll(async () => {
    server = new ServerProcess({ dataDir: join(root, 'plain') })
    address = await server.ready()
    caller = new HttpCaller(address)
  }, TEST_MS_MAX)
  afterAll(async () => {
    caller[Symbol.dispose]()
    await server[Symbol.asyncDispose]()
  })

  test('lets no page of another origin in: the preflight is refused, and no answer names an origin', async () => {
    const origin = { origin: 'https://evil.example' }
    const asking = {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    }
    const preflight = await caller.call('OPTIONS', '/v2/capsules', undefined, asking)
    expect(preflight.status).toBe(405)
    const answers = [
      preflight,
      await caller.call('GET', '/v2/capsules', undefined, origin),
      await caller.call('GET', '/health', undefined, { ...origin, authorization: '' }),
    ]
    const named = answers.flatMap(({ headers }) =>
      Object.keys(headers).filter((name) => name.startsWith('access-control')),
    )
    expect(named).toEqual([])
  })

  test('does not answer to a name that somebody gave its address', async () => {
    const answer = await caller.call<{ code: string }>('GET', '/v2/capsules', undefined, { host: 'evil.example' })
    expect([answer.status, answer.body.code]).toEqual([421, 'MISDIRECTED'])
    const claimed = { host: 'evil.example', 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' }
    expect((await caller.call('GET', '/v2/capsules', undefined, claimed)).status).toBe(421)
  })

  test('limits the rate of a subject, and of failed sign-ins whatever address they claim', async () => {
    expect((await caller.call('GET', '/v2/capsules')).headers['ratelimit-policy']).toBe('"subject";q=10000;w=1')
    const guess = (count: number): Promise<Reply<{ code: string }>> =>
      caller.call('GET', '/v2/capsules', undefined, {
        authorization: `Bearer guess-${count}`,
        'x-forwarded-for': `198.51.100.${count}`,
        forwarded: `for=198.51.100.${count}`,
        'x-real-ip': `198.51.100.${count}`,
      })
    const codes: string[] = []
    for (let count = 0; count < FAILED_SIGN_INS_AT_ONCE + 20; count++) codes.push((await guess(count)).body.code)
    expect(codes.slice(0, FAILED_SIGN_INS_AT_ONCE)).toEqual(Array(FAILED_SIGN_INS_AT_ONCE).fill('UNAUTHENTICATED'))
    expect(codes).toContain('RATE_LIMITED')
    expect((await caller.call('GET', '/v2/capsules')).status).toBe(200)
  })
})

describe('a public address', () => {
  test.for(['0.0.0.0', '::', '192.0.2.7'])(
    '%s is refused without TLS or a word about the proxy in front',
    { timeout: TEST_MS_MAX },
    async (host) => {
      const { code, stderr } = await runCascade('start', '--data', join(root, 'refused'), '--port', '0', '--host', host)
      expect(code).toBe(2)
      expect(stderr).toContain('server.tls.cert')
      expect(stderr).toContain('server.behind_proxy: true')
    },
  )

  test('is listened on behind a proxy, whose client alone is counted', { timeout: TEST_MS_MAX }, async () => {
    await using server = new ServerProcess({
      dataDir: join(root, 'proxied'),
      args: ['--host', '0.0.0.0'],
      env: {
        CASCADE_LOG_LEVEL: 'debug',
        CASCADE_SERVER_BEHIND_PROXY: 'true',
        CASCADE_SERVER_TRUSTED_PROXIES: '127.0.0.0/8',
        CASCADE_SERVER_ALLOWED_HOSTS: 'cascade.example',
      },
    })
    const address = await server.ready()
    using caller = new HttpCaller(address)
    const from = (client: string, authorization: string) =>
      caller.call<{ code: string }>('GET', '/v2/capsules', undefined, {
        host: 'cascade.example',
        authorization,
        'x-forwarded-for': client,
      })
    expect((await from('203.0.113.9', `Bearer ${address.token}`)).status).toBe(200)
    expect((await caller.call('GET', '/health', undefined, { host: 'evil.example' })).status).toBe(421)
    for (let count = 0; count < FAILED_SIGN_INS_AT_ONCE + 20; count++)
      await from(`9.9.9.${count}, 203.0.113.9`, 'Bearer x')
    expect((await from('203.0.113.9', 'Bearer x')).body.code).toBe('RATE_LIMITED')
    expect((await from('203.0.113.10', 'Bearer x')).body.code).toBe('UNAUTHENTICATED')
    // The page of metrics is nobody's but the scraper's once a proxy leads to it.
    expect((await caller.call('GET', '/metrics', undefined, { authorization: '' })).status).toBe(401)
    await expect.poll(() => server.log).toContain('"client":"203.0.113.9"')
    expect(server.log).not.toContain('9.9.9.1"')
    expect(server.log).not.toContain(address.token)
    expect(await server.stop()).toBe(0)
  })
})

const hasOpenssl = (() => {
  try {
    execFileSync(OPENSSL, ['version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
})()

/** A certificate that signs itself, and its key. */
function makeCertificate(name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(root, `${name}.cert.pem`), join(root, `${name}.key.pem`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-days', '2']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync(OPENSSL, ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return { cert, key }
}

describe('TLS', () => {
  const statusOf = (url: string, ca: string): Promise<number | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
    const sent = request(`${url}/health/live`, { ca: readFileSync(ca), agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent.on('error', reject).end()
    return promise
  }

  test('is spoken alone, from version 1.2 on, and takes a new certificate at SIGHUP', { timeout: TEST_MS_MAX }, async ({
    skip,
  }) => {
    if (!hasOpenssl) skip('needs openssl, which makes the certificates of this test')
    const [first, second] = [makeCertificate('first'), makeCertificate('second')]
    const live = { cert: join(root, 'live.cert.pem'), key: join(root, 'live.key.pem') }
    const install = ({ cert, key }: typeof live): void => {
      copyFileSync(cert, live.cert)
      copyFileSync(key, live.key)
    }
    install(first)
    await using server = new ServerProcess({
      dataDir: join(root, 'tls'),
      env: { CASCADE_SERVER_TLS_CERT: live.cert, CASCADE_SERVER_TLS_KEY: live.key },
      args: ['--host', '0.0.0.0'],
    })
    const { url } = await server.ready()
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(await statusOf(url, first.cert)).toBe(200)
    await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow()
    const { hostname, port } = new URL(url)
    const old = connectTls({
      host: hostname,
      port: Number(port),
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    })
    expect(
      await new Promise((resolve) => old.once('error', () => resolve('refused')).once('secureConnect', resolve)),
    ).toBe('refused')

    writeFileSync(live.key, 'no key')
    server.child.kill('SIGHUP')
    await expect.poll(() => server.log, { timeout: 20_000 }).toContain('the certificate could not be read again')
    expect(await statusOf(url, first.cert)).toBe(200)

    install(second)
    server.child.kill('SIGHUP')
    await expect.poll(() => server.log, { timeout: 20_000 }).toContain('the certificate was read again')
    expect(await statusOf(url, second.cert)).toBe(200)
    await expect(statusOf(url, first.cert)).rejects.toThrow()
    expect(await server.stop()).toBe(0)
  })

  test('a start with files that are no certificate is refused', { timeout: TEST_MS_MAX }, async () => {
    const file = join(root, 'none.pem')
    writeFileSync(file, 'SECRET-OF-THE-FILE')
    const config = join(root, 'none.yml')
    writeFileSync(config, `server:\n  tls:\n    cert: ${file}\n    key: ${file}\n`)
    const { code, stderr } = await runCascade('start', '--data', join(root, 'none'), '--port', '0', '--config', config)
    expect(code).not.toBe(0)
    expect(stderr).toContain(file)
    expect(stderr).not.toContain('SECRET-OF-THE-FILE')
  })
})
