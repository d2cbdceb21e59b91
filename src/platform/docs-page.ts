import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

/**
 * Allows only what Swagger UI needs, from this server. `upgrade-insecure-requests` is left out, because the
 * server speaks plain HTTP and a proxy adds TLS.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "script-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Opens the first group, and every group that matches the filter. The settings of Swagger UI open all groups or
 * none, and they cannot hold the functions of a plugin. The script runs between the library and the page's `onload`.
 */
const OPEN_GROUPS = `(function () {
  var bundle = window.SwaggerUIBundle;
  // The library has already bound \`original\` to the state.
  var isShown = function (original, system) {
    return function (state, thing, otherwise) {
      if (!Array.isArray(thing) || thing.length !== 2 || thing[0] !== 'operations-tag') {
        return original(thing, otherwise);
      }
      var filter = system.layoutSelectors.currentFilter();
      var isFiltered = typeof filter === 'string' && filter !== '' && filter !== 'true';
      var first = system.specSelectors.specJson().getIn(['tags', 0, 'name']);
      return original(thing, isFiltered || thing[1] === first || otherwise);
    };
  };
  var plugin = { statePlugins: { layout: { wrapSelectors: { isShown: isShown } } } };
  window.SwaggerUIBundle = Object.assign(function (config) {
    return bundle(Object.assign({}, config, { plugins: config.plugins.concat(plugin) }));
  }, bundle);
})();
`;

/**
 * Sends what a change by a session needs, and no cookie beside a token: the server refuses two callers in one request.
 */
const SESSION = `(function () {
  var bundle = window.SwaggerUIBundle;
  var intercept = function (request) {
    if (request.headers.Authorization) {
      request.credentials = 'omit';
      return request;
    }
    if (/^(GET|HEAD|OPTIONS)$/i.test(request.method || 'GET')) return request;
    return fetch('/me')
      .then(function (answer) { return answer.ok ? answer.json() : {}; })
      .then(function (me) {
        if (me.antiForgeryToken) request.headers['X-Anti-Forgery-Token'] = me.antiForgeryToken;
        return request;
      });
  };
  window.SwaggerUIBundle = Object.assign(function (config) {
    return bundle(Object.assign({}, config, { requestInterceptor: intercept }));
  }, bundle);
})();
`;

/** Swagger UI at `/docs`. */
export const DOCS_PAGE: FastifySwaggerUiOptions = {
  routePrefix: '/docs',
  theme: {
    title: 'Secure Release Platform',
    js: [
      { filename: 'open-groups.js', content: OPEN_GROUPS },
      { filename: 'session.js', content: SESSION },
    ],
  },
  staticCSP: CONTENT_SECURITY_POLICY,
  uiConfig: {
    layout: 'BaseLayout', // without the bar that loads other documents
    docExpansion: 'none',
    filter: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    deepLinking: true,
    validatorUrl: null, // the badge of a service on the internet
  },
};
