/** The form that asks for the token. It needs no script. */
export function loginPage(problem = ''): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Tidegate</title>
    <link rel="icon" type="image/svg+xml" href="/icon.svg" />
    <link rel="stylesheet" href="/page.css" />
  </head>
  <body>
    <header><h1>Tidegate</h1></header>
    <main>
      <section class="login">
        <form method="post" action="/login">
          <label for="token">The page’s token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
          <button type="submit" class="strong">Look</button>
          <p class="wrong" role="alert">${problem}</p>
        </form>
      </section>
    </main>
  </body>
</html>
`
}
