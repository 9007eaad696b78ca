/* global React, ReactDOM, GraphiQL */
const userButtons = document.querySelector('#users');
const root = ReactDOM.createRoot(document.querySelector('#explorer'));
const { tokens } = await (await fetch('/explorer/tokens')).json();
const names = Object.keys(tokens);

const WELCOME = `# Choose a user above. Ctrl-Enter runs the query,
# Ctrl-Space completes. The book icon opens the documentation.

{
  tickets(first: 5) {
    nodes {
      number
      subject
      status
      requester {
        name
      }
    }
  }
}
`;

/** Opens the explorer with the token, and so the permissions, of one demo user. */
function actAs(name) {
  localStorage.setItem('deskgraph:user', name);
  for (const button of userButtons.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.textContent === name));
  const headers = tokens[name] ? { authorization: `Bearer ${tokens[name]}` } : {};
  const fetcher = GraphiQL.createFetcher({ url: '/graphql', headers });
  root.render(
    React.createElement(GraphiQL, {
      key: name,
      fetcher,
      defaultQuery: WELCOME,
      shouldPersistHeaders: true,
    }),
  );
}

for (const name of names) {
  const button = document.createElement('button');
  button.textContent = name;
  button.addEventListener('click', () => actAs(name));
  userButtons.append(button);
}
if (names.length === 0)
  userButtons.textContent =
    'No demo tokens yet: enter a token in the Headers tab below as {"authorization": "Bearer …"}.';
const lastName = localStorage.getItem('deskgraph:user');
actAs(names.includes(lastName) ? lastName : (names[0] ?? ''));
