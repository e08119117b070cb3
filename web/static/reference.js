// The page of the API: Swagger UI draws its description, and sends what people try to
// this very server.
"use strict";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
root.classList.toggle("dark-mode", (root.dataset.theme || system) === "dark");

SwaggerUIBundle({
  url: document.body.dataset.description,
  dom_id: "#reference",
  deepLinking: true, // each operation has an address
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // it would be another server
});
