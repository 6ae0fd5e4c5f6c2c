/** The use cases of Careline, each callable on its own, and the workers that call them in a host without a queue. */
export { asStaff, asSystem } from "./access/Access.ts"
export * from "./access/Actor.ts"
export { AuditQuery, listAudit } from "./access/AuditReport.ts"
export {
  breakGlass,
  BreakGlassAllowed,
  BreakGlassRequest,
  closeBreakGlass,
  enterBreakGlass,
  listBreakGlasses
} from "./access/BreakGlassAccess.ts"
export { applyCallReports } from "./calls/ApplyCallReports.ts"
export { applyReports } from "./outbound/ApplyReports.ts"
export * from "./threads/ContactConsent.ts"
export * from "./threads/CreateThread.ts"
export { lintTemplate, type Preview, previewTemplate } from "./templates/PreviewTemplate.ts"
export type { SegmentPrice } from "./templates/SegmentPrice.ts"
export * from "./templates/TemplateErrors.ts"
export {
  LintRequest,
  NewTemplate,
  PreviewRequest,
  TemplateEdit,
  TemplateQuery,
  VersionChoice
} from "./templates/TemplateRequests.ts"
export {
  archiveTemplate,
  createTemplate,
  editTemplate,
  listTemplates,
  listTemplateVersions,
  publishTemplate,
  rollbackTemplate,
  type TemplateDetails,
  viewTemplate
} from "./templates/Templates.ts"
export { DeepLinks, type DeepLinksShape } from "./shared/DeepLinks.ts"
export { dispatchAlarms, dispatchConversation, dispatchSends } from "./outbound/DispatchSends.ts"
export { deleteThread, editThread, ThreadEdit } from "./threads/EditThread.ts"
export * from "./shared/Errors.ts"
export { escalate } from "./escalation/Escalate.ts"
export { deleteNumber, type NumberDeleted, NumberDeletion } from "./numbers/DeleteNumber.ts"
export { describeFault } from "./shared/Fault.ts"
export {
  assignFromPool,
  assignOnActivation,
  type Activation,
  type AssignedNumber,
  type AssignmentRequest,
  BuysNumbers,
  NewAssignment
} from "./numbers/AssignNumber.ts"
export { buyNumbers } from "./numbers/BuyNumbers.ts"
export { Intake } from "./inbound/Intake.ts"
export * as Limits from "./shared/Limits.ts"
export {
  changeLineSettings,
  changePlatformSettings,
  type LineSettings,
  lineSettings,
  type PlatformSettings,
  platformSettings,
  PlatformSettingsEdit,
  resetLineSetting,
  resetPlatformSetting,
  SettingsEdit
} from "./tenants/LineSettings.ts"
export { listNotifications, NotificationQuery, viewNotification } from "./notifications/ListNotifications.ts"
export type { NotificationView } from "./notifications/NotificationContent.ts"
export { releaseNotifications } from "./notifications/ReleaseNotifications.ts"
export {
  editNotification,
  MessageRequest,
  NotificationEdit,
  scheduleMessage,
  withdrawNotification
} from "./notifications/ScheduleMessage.ts"
export * as SettleNotifications from "./notifications/SettleNotifications.ts"
export * as HubWorkers from "./workers/HubWorkers.ts"
export { markRead } from "./threads/MarkRead.ts"
export { importMedia } from "./calls/ImportMedia.ts"
export { CallEdit, type CallPage, CallQuery, editCall, listCalls, viewCall } from "./calls/CallLogs.ts"
export { addNumber, listNumbers, NumberAddition } from "./numbers/NumberPool.ts"
export { NeutralAnswer, type NeutralAnswerShape } from "./access/NeutralAnswer.ts"
export * as NumberWorkers from "./workers/NumberWorkers.ts"
export {
  addToPool,
  type EditedNumber,
  editNumber,
  NumberEdit,
  numberUsage,
  type PoolAddition,
  viewNumber,
  viewNumbers
} from "./numbers/PhoneNumbers.ts"
export {
  editPoolNumber,
  inspectNumber,
  listPool,
  type NumberEvent,
  PoolNumberEdit,
  PoolQuery
} from "./numbers/InspectPool.ts"
export { callerId } from "./numbers/CallerId.ts"
export { NumberRelease, releaseNumber } from "./numbers/ReleaseNumber.ts"
export { undoNumber } from "./numbers/UndoNumber.ts"
export { cancelPendingAssignment, listPendingAssignments, viewPendingAssignment } from "./numbers/PendingAssignments.ts"
export { PoolBudget, type PoolBudgetShape } from "./numbers/PoolBudget.ts"
export { makeMeasureNumberCosts } from "./numbers/MeasureNumberCosts.ts"
export { facilities, patients, searchPatients, users } from "./directory/Directory.ts"
export { importPatients, type PatientImport } from "./directory/ImportPatients.ts"
export type { LineFault } from "./directory/PatientFile.ts"
export {
  FacilityEdit,
  NewFacility,
  NewPatient,
  NewUser,
  PatientEdit,
  PatientSearch,
  UserEdit
} from "./directory/DirectoryRequests.ts"
export { poolHealth, type PoolHealth } from "./numbers/PoolHealth.ts"
export {
  activeActor,
  createSiteGrouping,
  deactivateSiteGrouping,
  type Deactivation,
  editSiteGrouping,
  listSiteGroupings,
  NewSiteGrouping,
  type NumbersOfTenants,
  SiteGroupingEdit,
  viewSiteGrouping,
  type WithFirstNumber
} from "./tenants/SiteGroupings.ts"
export { sweepNumbers } from "./numbers/SweepNumbers.ts"
export { releaseParked, dismissParkedEvent, listParkedEvents, retryParkedEvent } from "./inbound/ParkedEvents.ts"
export { processInbound } from "./inbound/ProcessInbound.ts"
export {
  type BridgeCallRequest,
  NewBridgeCall,
  prepareBridgeCall,
  type PreparedCall
} from "./calls/PrepareBridgeCall.ts"
export { type Fault, faultsOf, type Given, STRICT, withoutUndefined } from "./shared/ReadRequest.ts"
export { IdempotencyKey, Instant, PageQuery } from "./shared/RequestFields.ts"
export * as Problem from "./shared/Problem.ts"
export { TextPrices } from "./shared/TextPrices.ts"
export {
  answerWebhook,
  receiveWebhook,
  type WebhookReply,
  type WebhookRequest,
  type WebhookServices
} from "./inbound/ReceiveWebhook.ts"
export { auditRefusal, noteRefusal, type Refusal } from "./access/Refusals.ts"
export {
  type ProviderReconciliation,
  reconcileNumbers,
  repairNumbers,
  RepairRequest,
  type Repairs
} from "./numbers/ReconcileNumbers.ts"
export { replenishPool } from "./numbers/ReplenishPool.ts"
export { reconcileSends } from "./outbound/ReconcileSends.ts"
export { settleCalls } from "./calls/SettleCalls.ts"
export { removeUploads } from "./media/RemoveUploads.ts"
export { type UploadedMedia, uploadMedia } from "./media/StaffMedia.ts"
export { sweepHistory } from "./inbound/SweepHistory.ts"
export { type CallSource, Voice, type VoiceServices } from "./calls/Voice.ts"
export * as VoiceWorkers from "./workers/VoiceWorkers.ts"
export { NewMessage, sendMessage, SendMessageRequest } from "./outbound/SendMessage.ts"
export { noteListening } from "./access/NoteListening.ts"
export {
  countThreads,
  listMessages,
  listReaders,
  listThreads,
  ThreadFilters,
  ThreadQuery,
  viewMessage,
  viewThread
} from "./threads/ListInbox.ts"
export { dismissMessage, listMessagesByStatus, MessageStatusQuery, resendMessage } from "./outbound/UnknownMessages.ts"
export { type AuditVerdict, type KeptHead, verifyAudit } from "./access/VerifyAudit.ts"
export * as WebhookHttp from "./inbound/WebhookHttp.ts"
export * as Workers from "./workers/Workers.ts"
