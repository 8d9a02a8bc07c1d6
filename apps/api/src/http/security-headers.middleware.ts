import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

const nothing = ["'none'"];
const ours = ["'self'"];

/** Answers are data: a browser that shows one must not run, embed or load anything. */
const forData = { defaultSrc: nothing, frameAncestors: nothing, baseUri: nothing, formAction: nothing };

/** Swagger UI comes from here, brings its styles in the page, and draws with data URIs. */
const forSwagger = {
  ...forData,
  scriptSrc: ours,
  styleSrc: [...ours, "'unsafe-inline'"],
  imgSrc: [...ours, 'data:'],
  connectSrc: ours,
};

/** Helmet's headers, and none of the answers, which hold biometric data, in any cache. */
export function securityHeaders({ swagger }: { readonly swagger: boolean }) {
  const setHeaders = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: swagger ? forSwagger : forData },
    // Browsers look at it on HTTPS only, where it comes from behind an ingress: other names of its domain are not ours.
    strictTransportSecurity: { includeSubDomains: false },
    frameguard: { action: 'deny' },
  });
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    response.setHeader('Cache-Control', 'no-store');
    setHeaders(request, response, next);
  };
}
