/* global React, ReactDOM, GraphiQL */
const people = document.querySelector('#people');
const root = ReactDOM.createRoot(document.querySelector('#explorer'));
const { tokens } = await (await fetch('/explorer/people')).json();
const names = Object.keys(tokens);

const WELCOME = `# Choose above who asks; Ctrl-Enter sends,
# Ctrl-Space completes. The book is the manual.

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

/** Shows the explorer for one person: what they may see is what it shows. */
function actAs(name) {
  localStorage.setItem('deskgraph:acting', name);
  for (const button of people.querySelectorAll('button'))
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
  people.append(button);
}
if (names.length === 0)
  people.textContent =
    'No demo tokens yet: put a token into the Headers tab below as {"authorization": "Bearer …"}.';
const last = localStorage.getItem('deskgraph:acting');
actAs(names.includes(last) ? last : (names[0] ?? ''));
