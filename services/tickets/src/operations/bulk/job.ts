import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Actor } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Node, UserError } from '@deskgraph/common/graphql/shared-types';
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
  description: 'The state of a job.',
  valuesConfig: {
    QUEUED: { description: 'The job has not started.' },
    RUNNING: { description: 'The job is running.' },
    DONE: { description: 'The job has ended; `failed` counts the refused items.' },
    FAILED: { description: 'The job was stopped by an error.' },
    CANCELLED: { description: 'The job was cancelled by a user.' },
  },
});

@InterfaceType({
  autoRegisterImplementations: false,
  resolveType: (value: object) => value.constructor.name,
  description: 'Work that continues in the background after the response to its request.',
})
export abstract class Job {
  @Field(() => ID, { description: 'The id.' }) id!: string;
  @Field(() => JobState, { description: 'The state.' }) state!: JobState;
  @Field(() => Int, {
    nullable: true,
    description: 'The total number of items; null until it is known.',
  })
  total!: number | null;
  @Field(() => Int, { description: 'The number of completed items.' }) done!: number;
  @Field(() => Int, { description: 'The number of refused items.' }) failed!: number;
  @Field(() => DateTime, { description: 'The time of the request.' }) createdAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'The end; null until the job has ended.' })
  finishedAt!: Date | null;
}

@Entity()
@ObjectType({
  implements: [Node, Job],
  simpleResolvers: true,
  description: 'A job that applies one action to many tickets.',
})
export class BulkJob extends WorkspaceEntity<
  'operationId' | 'state' | 'done' | 'failed' | 'finishedAt' | 'dueAt'
> {
  @PrimaryKey({ type: new IdType('job') })
  @Field(() => ID, { description: 'Prefix `job_`.' })
  id!: string;

  /** Null for jobs from before the journal of operations. */
  @Property({ type: new IdType('opr'), nullable: true }) operationId: string | null = null;

  /** The actor whose rights the job has and who is named in its events. */
  @Property({ type: 'json' }) actor!: Omit<Actor, 'workspace'>;

  @Property({ type: 'json' })
  @Field(() => TicketAction, { description: 'The action that is applied to each ticket.' })
  action!: TicketAction;

  @Enum({ items: () => JobState, type: 'string' })
  @Field(() => JobState, { description: 'The state.' })
  state: JobState = JobState.QUEUED;

  @Property({ type: 'integer' })
  @Field(() => Int, { nullable: true, description: 'The total number of tickets.' })
  total!: number;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The number of changed tickets.' })
  done = 0;

  @Property({ type: 'integer' })
  @Field(() => Int, { description: 'The number of tickets for which the action was refused.' })
  failed = 0;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, { description: 'The time of the request.' })
  override createdAt: Date = new Date();

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'The end; null until the job has ended.' })
  finishedAt: Date | null = null;

  /** The next time at which the scheduler runs the job; null once it has ended. */
  @Property({ type: 'datetime', length: 3, nullable: true }) dueAt: Date | null = new Date();
}

@ObjectType({ simpleResolvers: true, description: 'The result of a job for one ticket.' })
export class BulkResult {
  ticketId!: string;
  @Field(() => [UserError], { description: 'The refusals. Empty on success.' })
  userErrors!: UserError[];
}

export const BulkResultConnection = connectionType(BulkResult, 'BulkResult', 'results of a job');
