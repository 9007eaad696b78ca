import { type Graph, userErrorText } from './graph.ts';

interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Department names are compared case-insensitively. */
const keyOf = (name: string): string => name.toLowerCase();

/** The departments by name. Creates missing ones. */
export class Departments {
  private constructor(
    private readonly graph: Graph,
    private ids: Map<string, string>,
  ) {}

  static async of(graph: Graph): Promise<Departments> {
    return new Departments(graph, await departmentsOf(graph));
  }

  id(name: string): string | undefined {
    return this.ids.get(keyOf(name));
  }

  async ensure(name: string): Promise<string> {
    const known = this.id(name);
    if (known) return known;
    const made = await this.graph.change<{ department: { id: string } | null }>(
      'departmentCreate',
      { name },
      'department { id }',
    );
    // TAKEN: created by an earlier request whose response was lost, or by another client.
    if (made.department) this.ids.set(keyOf(name), made.department.id);
    else this.ids = await departmentsOf(this.graph);
    const id = this.id(name);
    if (!id)
      throw new Error(
        `The department ${name} cannot be created. ${userErrorText(made.userErrors)}`,
      );
    return id;
  }
}

async function departmentsOf(graph: Graph): Promise<Map<string, string>> {
  const { departments } = await graph.ask<{ departments: { id: string; name: string }[] }>(
    '{ departments { id name } }',
  );
  return new Map(departments.map(({ id, name }) => [keyOf(name), id]));
}

export interface NewAgent {
  email: string;
  name: string;
  role: string;
  departmentIds?: string[];
}

/** The agents by e-mail address. Invites missing ones. */
export class Agents {
  private constructor(
    private readonly graph: Graph,
    private ids: Map<string, string>,
  ) {}

  static async of(graph: Graph): Promise<Agents> {
    return new Agents(graph, await agentsOf(graph));
  }

  id(email: string): string | undefined {
    return this.ids.get(email);
  }

  async ensure(agent: NewAgent): Promise<string> {
    const known = this.id(agent.email);
    if (known) return known;
    const made = await this.graph.change<{ agent: { id: string } | null }>(
      'agentInvite',
      agent,
      'agent { id }',
    );
    if (made.agent) this.ids.set(agent.email, made.agent.id);
    else this.ids = await agentsOf(this.graph);
    const id = this.id(agent.email);
    if (!id)
      throw new Error(
        `The agent ${agent.name} cannot be invited. ${userErrorText(made.userErrors)}`,
      );
    return id;
  }
}

async function agentsOf(graph: Graph): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let after: string | null = null, more = true; more;) {
    const { agents }: { agents: Page<{ id: string; email: string | null }> } = await graph.ask(
      'query ($after: String) { agents(first: 100, after: $after) { nodes { id email } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    for (const { id, email } of agents.nodes) if (email) found.set(email, id);
    ({ hasNextPage: more, endCursor: after } = agents.pageInfo);
  }
  return found;
}
