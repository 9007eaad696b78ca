import { CannedResponse } from './canned-response/canned-response.ts';
import { CannedResponseResolver } from './canned-response/resolver.ts';
import { TicketCategory } from './category/category.ts';
import { CategoryOfTicket, TicketCategoryResolver } from './category/resolver.ts';
import { FieldsOfTicket, TicketFieldResolver } from './field/resolver.ts';
import { TicketForm } from './form/form.ts';
import { FieldOfForm, FormOfTicket, TicketFormResolver } from './form/resolver.ts';
import { CustomStatusOfTicket, CustomStatusResolver } from './status/resolver.ts';
import { CustomStatus } from './status/status.ts';
import { TagResolver, TicketTags } from './tag/resolver.ts';
import { Tag } from './tag/tag.ts';

export const configurationEntities = [
  Tag,
  TicketCategory,
  CustomStatus,
  TicketForm,
  CannedResponse,
];

export const configurationResolvers = [
  TagResolver,
  TicketCategoryResolver,
  TicketTags,
  CategoryOfTicket,
  TicketFieldResolver,
  FieldsOfTicket,
  CustomStatusResolver,
  CustomStatusOfTicket,
  TicketFormResolver,
  FieldOfForm,
  FormOfTicket,
  CannedResponseResolver,
];
