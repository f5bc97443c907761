import { expect, test } from 'vitest'
import { signRequest } from './sign-request.ts'

// The example of the documentation of Amazon S3, "Signature Calculations: GET Object", with its published keys.
test('a request is signed as the example of the protocol is', () => {
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  const key = {
    accessKey: 'AKIAIOSFODNN7EXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const request = { method: 'GET', url, headers: { range: 'bytes=0-9' }, body: new Uint8Array() } as const
  const { authorization } = signRequest(request, key, Date.UTC(2013, 4, 24))
  expect(authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})
