import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type CreateTableInput,
  type UpdateTableInput,
} from '@aws-sdk/client-dynamodb';
import { DriverError } from '../../core/errors.ts';
import { type OperationTarget, toDriverError } from './service-errors.ts';

export type { CreateTableInput, UpdateTableInput } from '@aws-sdk/client-dynamodb';

/** Properties of a table that DescribeTable does not return; undefined: unknown. */
export interface TableExtras {
  /** The attribute with the expiry time of items; null: disabled. */
  readonly timeToLive: string | null | undefined;
  readonly pointInTimeRecovery: boolean | undefined;
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** Why properties are undefined, one message for each. */
  readonly unknown: readonly string[];
}

/** Creates, changes and deletes tables. No method waits until DynamoDB has completed the change. */
export interface TableAdmin {
  create(input: CreateTableInput, signal?: AbortSignal): Promise<void>;
  update(input: UpdateTableInput, signal?: AbortSignal): Promise<void>;
  delete(table: string, signal?: AbortSignal): Promise<void>;
  setTimeToLive(
    table: string,
    attribute: string,
    change: { readonly enabled: boolean },
    signal?: AbortSignal,
  ): Promise<void>;
  setPointInTimeRecovery(
    table: string,
    change: { readonly enabled: boolean },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Removes tags whose value is undefined. */
  setTags(arn: string, tags: ReadonlyMap<string, string | undefined>, signal?: AbortSignal): Promise<void>;
  /** The tags of a table; undefined where the role or the endpoint does not allow to list them. */
  listTags(arn: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string> | undefined>;
  extras(table: string, arn: string | undefined, signal?: AbortSignal): Promise<TableExtras>;
}

type Send = <T>(
  target: OperationTarget,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
) => Promise<T>;

/** Table administration over the SDK; `send` converts failures to DriverErrors. */
export function createAdmin(sdk: DynamoDBClient, send: Send): TableAdmin {
  let lacksTags = false;

  async function timeToLive(table: string, signal?: AbortSignal): Promise<string | null> {
    const target = { operation: 'DescribeTimeToLive', table };
    const { TimeToLiveDescription: description } = await send(target, signal, () =>
      sdk.send(new DescribeTimeToLiveCommand({ TableName: table }), options(signal)),
    );
    const status = description?.TimeToLiveStatus;
    return status === 'ENABLED' || status === 'ENABLING' ? (description?.AttributeName ?? null) : null;
  }

  async function pointInTimeRecovery(table: string, signal?: AbortSignal): Promise<boolean> {
    const target = { operation: 'DescribeContinuousBackups', table };
    const { ContinuousBackupsDescription: description } = await send(target, signal, () =>
      sdk.send(new DescribeContinuousBackupsCommand({ TableName: table }), options(signal)),
    );
    return description?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
  }

  async function listTags(arn: string, signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const tags = new Map<string, string>();
    let next: string | undefined;
    do {
      const token = next;
      const page = await send({ operation: 'ListTagsOfResource' }, signal, () =>
        sdk.send(new ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: token }), options(signal)),
      );
      for (const { Key: key, Value: value } of page.Tags ?? [])
        if (key !== undefined) tags.set(key, value ?? '');
      next = page.NextToken;
    } while (next !== undefined);
    return tags;
  }

  return {
    create: async (input, signal) => {
      await send({ operation: 'CreateTable', table: input.TableName }, signal, () =>
        sdk.send(new CreateTableCommand(input), options(signal)),
      );
    },
    update: async (input, signal) => {
      await send({ operation: 'UpdateTable', table: input.TableName }, signal, () =>
        sdk.send(new UpdateTableCommand(input), options(signal)),
      );
    },
    delete: async (table, signal) => {
      await send({ operation: 'DeleteTable', table }, signal, () =>
        sdk.send(new DeleteTableCommand({ TableName: table }), options(signal)),
      );
    },
    setTimeToLive: async (table, attribute, { enabled }, signal) => {
      await send({ operation: 'UpdateTimeToLive', table }, signal, () =>
        sdk.send(
          new UpdateTimeToLiveCommand({
            TableName: table,
            TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled },
          }),
          options(signal),
        ),
      );
    },
    setPointInTimeRecovery: async (table, { enabled }, signal) => {
      await send({ operation: 'UpdateContinuousBackups', table }, signal, () =>
        sdk.send(
          new UpdateContinuousBackupsCommand({
            TableName: table,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: enabled },
          }),
          options(signal),
        ),
      );
    },
    setTags: async (arn, tags, signal) => {
      const added = [...tags].flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
      const removed = [...tags].flatMap(([key, value]) => (value === undefined ? [key] : []));
      if (added.length > 0)
        await send({ operation: 'TagResource' }, signal, () =>
          sdk.send(new TagResourceCommand({ ResourceArn: arn, Tags: added }), options(signal)),
        );
      if (removed.length > 0)
        await send({ operation: 'UntagResource' }, signal, () =>
          sdk.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: removed }), options(signal)),
        );
    },
    async listTags(arn, signal) {
      if (lacksTags) return undefined;
      try {
        return await listTags(arn, signal);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        // Permissions depend on the table, but what an emulator does not implement does not.
        lacksTags = error instanceof DriverError && error.code === 'DYNAMO_REFUSED';
        return undefined;
      }
    },
    async extras(table, arn, signal) {
      const unknown: string[] = [];
      const ifAllowed = async <T>(property: string, request: Promise<T>): Promise<T | undefined> => {
        try {
          return await request;
        } catch (error) {
          const failure = toDriverError(error, { operation: property, table }, signal);
          if (!isUnavailable(failure)) throw failure;
          unknown.push(`${property}: ${failure.message}`);
          return undefined;
        }
      };
      const [ttl, recovery, tags] = await Promise.all([
        ifAllowed('time to live', timeToLive(table, signal)),
        ifAllowed('point-in-time recovery', pointInTimeRecovery(table, signal)),
        arn === undefined ? undefined : ifAllowed('tags', listTags(arn, signal)),
      ]);
      return { timeToLive: ttl, pointInTimeRecovery: recovery, tags, unknown };
    },
  };
}

function options(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Whether a request failed because emulators lack the operation, or the role lacks the permission. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DriverError && (error.code === 'AUTH_DENIED' || error.code === 'DYNAMO_REFUSED');
}

/** Whether DynamoDB is busy with another change and will accept the request later. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof DriverError)) return false;
  // Quotas on concurrent operations free up; others do not.
  return (
    error.code === 'DYNAMO_IN_USE' || (error.code === 'DYNAMO_QUOTA' && CONCURRENT_QUOTA.test(error.message))
  );
}

const CONCURRENT_QUOTA = /simultaneous|concurrent|at the same time|at a time/i;
