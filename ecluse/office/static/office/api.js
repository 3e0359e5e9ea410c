// Draws the OpenAPI document on its page. Nothing is asked of any other machine: no validator, no sharing of tokens.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("swagger-ui");
  if (!place || typeof SwaggerUIBundle === "undefined") return;
  SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    // The page around it has said what this is.
    plugins: [() => ({ wrapComponents: { InfoContainer: () => () => null } })],
    deepLinking: false,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    persistAuthorization: false,
    withCredentials: false,
    // Cookies stay at home: the token alone says who asks; the words come in the page's language.
    requestInterceptor: (request) => {
      request.credentials = "omit";
      request.headers = { ...request.headers, "Accept-Language": place.dataset.lang };
      return request;
    },
  });
});
