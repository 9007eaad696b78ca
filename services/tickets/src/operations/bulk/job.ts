import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node, UserError } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { TicketAction } from '../action/action.ts';

export enum JobState {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  DONE = 'DONE',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}
registerEnumType(JobState, {
  name: 'JobState',
  description: 'Where a job stands.',
  valuesConfig: {
    QUEUED: { description: 'Waits for its turn.' },
    RUNNING: { description: 'Is being worked on.' },
    DONE: { description: 'Is finished; `failed` says whether anything was refused.' },
    FAILED: { description: 'Was stopped by an error.' },
    CANCELLED: { description: 'Was stopped by a person.' },
  },
});

@InterfaceType({
  autoRegisterImplementations: false,
  resolveType: (value: object) => value.constructor.name,
  description: 'Work that goes on after the request for it is answered.',
})
export abstract class Job {
  @Field(() => ID, { description: 'The id.' }) id!: string;
  @Field(() => JobState, { description: 'Where it stands.' }) state!: JobState;
  @Field(() => Int, {
    nullable: true,
    description: 'How many things there are in all; null until that is known.',
  })
  total!: number | null;
  @Field(() => Int, { description: 'How many are done.' }) done!: number;
  @Field(() => Int, { description: 'How many were refused.' }) failed!: number;
  @Field(() => DateTime, { description: 'When it was asked for.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt!: Date | null;
}

@Entity()
@ObjectType({
  implements: [Node, Job],
  simpleResolvers: true,
  description: 'One action on many tickets.',
})
export class BulkJob extends WorkspaceEntity<
  'operationId' | 'state' | 'done' | 'failed' | 'finishedAt' | 'dueAt'
> {
  @PrimaryKey({ type: new IdType('job') })
  @Field(() => ID, { description: 'Prefix `job_`.' })
  id!: string;

  /** What it is journaled as; null for one of before there were such. */
  @Property({ type: new IdType('opr'), nullable: true }) operationId: string | null = null;

  /** Whose rights and name the changes have. */
  @Property({ type: 'json' }) actor!: Omit<Actor, 'workspace'>;

  @Property({ type: 'json' })
  @Field(() => TicketAction, { description: 'What is done to each ticket.' })
  action!: TicketAction;

  @Enum({ items: () => JobState, type: 'string' })
  @Field(() => JobState, { description: 'Where it stands.' })
  state: JobState = JobState.QUEUED;

  @Property({ type: 'integer' })
  @Field(() => Int, { nullable: true, description: 'How many tickets there are in all.' })
  total!: number;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'How many tickets are done.' })
  done = 0;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'How many tickets were refused.' })
  failed = 0;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, { description: 'When it was asked for.' })
  override createdAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null = null;

  /** When it is worked on next; null once it has ended. */
  @Property({ type: 'datetime', length: 3, nullable: true }) dueAt: Date | null = new Date();
}

@ObjectType({ simpleResolvers: true, description: 'What came of a job for one ticket.' })
export class BulkResult {
  ticketId!: string;
  @Field(() => [UserError], { description: 'Refusals; empty on success.' })
  userErrors!: UserError[];
}

export const BulkResultConnection = connectionType(BulkResult, 'BulkResult', 'results of a job');
