import { describe, expect, it } from 'vitest';
import { grpcTarget } from './grpc-target.js';

describe('grpcTarget', () => {
  it.each([
    ['triton:8001', 'dns:///triton:8001'],
    ['grpc://triton:8001/', 'dns:///triton:8001'],
    ['[::1]:8001', 'dns:///[::1]:8001'],
    ['dns:///triton.faces.svc:8001', 'dns:///triton.faces.svc:8001'],
    ['ipv4:10.0.0.1:8001,10.0.0.2:8001', 'ipv4:10.0.0.1:8001,10.0.0.2:8001'],
    ['unix:/run/face/model-server.sock', 'unix:/run/face/model-server.sock'],
    [' unix:///tmp/a.sock ', 'unix:///tmp/a.sock'],
  ])('takes %s', (url, target) => {
    expect(grpcTarget(url)).toBe(target);
  });

  it.each(['', 'triton', 'http://triton:8000', 'triton:0', 'triton:65536', 'a b:1', 'tri:ton:8001'])(
    "refuses '%s' with a sentence that repeats it",
    (url) => {
      expect(() => grpcTarget(url)).toThrow(`'${url}' is no address`);
    },
  );
});
