/** The use cases of Careline, each callable on its own, and the workers that call them in a host without a queue. */
export { asStaff, asSystem } from "./Access.ts"
export * from "./Actor.ts"
export { listAudit } from "./AuditReport.ts"
export {
  breakGlass,
  BreakGlassAllowed,
  type BreakGlassRequest,
  closeBreakGlass,
  enterBreakGlass,
  listBreakGlasses
} from "./BreakGlassAccess.ts"
export { applyCallReports } from "./ApplyCallReports.ts"
export { applyReports } from "./ApplyReports.ts"
export * from "./ContactConsent.ts"
export * from "./CreateThread.ts"
export { DeepLinks, type DeepLinksShape } from "./DeepLinks.ts"
export { dispatchAlarms, dispatchConversation, dispatchSends } from "./DispatchSends.ts"
export { deleteThread, editThread, type ThreadEdit } from "./EditThread.ts"
export * from "./Errors.ts"
export { escalate } from "./Escalate.ts"
export { deleteNumber, NOTICE, type NumberDeleted, type NumberDeletion } from "./DeleteNumber.ts"
export { describeFault } from "./Fault.ts"
export {
  assignFromPool,
  assignOnActivation,
  type Activation,
  type AssignedNumber,
  type AssignmentRequest,
  BuysNumbers
} from "./AssignNumber.ts"
export { buyNumbers } from "./BuyNumbers.ts"
export { Intake } from "./Intake.ts"
export * as Limits from "./Limits.ts"
export {
  changeLineSettings,
  changePlatformSettings,
  type LineSettings,
  lineSettings,
  type PlatformSettings,
  platformSettings,
  resetLineSetting,
  resetPlatformSetting
} from "./LineSettings.ts"
export { markRead } from "./MarkRead.ts"
export { importMedia } from "./ImportMedia.ts"
export { listCalls } from "./ListCalls.ts"
export { addNumber, listNumbers } from "./NumberPool.ts"
export { NeutralAnswer, type NeutralAnswerShape } from "./NeutralAnswer.ts"
export * as NumberWorkers from "./NumberWorkers.ts"
export { addToPool, editNumber, type NumberEdit, numberUsage, viewNumber, viewNumbers } from "./PhoneNumbers.ts"
export { PoolBudget, type PoolBudgetShape } from "./PoolBudget.ts"
export { poolHealth, type PoolHealth } from "./PoolHealth.ts"
export {
  activeActor,
  createSiteGrouping,
  deactivateSiteGrouping,
  type Deactivation,
  editSiteGrouping,
  listSiteGroupings,
  viewSiteGrouping
} from "./SiteGroupings.ts"
export { sweepNumbers } from "./SweepNumbers.ts"
export { admitParked, dismissParkedEvent, listParkedEvents, retryParkedEvent } from "./ParkedEvents.ts"
export { processInbound } from "./ProcessInbound.ts"
export { type BridgeCallRequest, prepareBridgeCall, type PreparedCall } from "./PrepareBridgeCall.ts"
export { MAX_IDS, MAX_KEY, MAX_NAME, MAX_NOTE, MAX_PAGE, MAX_REASON, MAX_URL, MIN_REASON } from "./ReadRequest.ts"
export * as Problem from "./Problem.ts"
export { answerWebhook, receiveWebhook, type WebhookReply, type WebhookRequest } from "./ReceiveWebhook.ts"
export { auditRefusal, noteRefusal, type Refusal } from "./Refusals.ts"
export {
  type ProviderReconciliation,
  reconcileNumbers,
  repairNumbers,
  type RepairRequest,
  type Repairs
} from "./ReconcileNumbers.ts"
export { replenishPool } from "./ReplenishPool.ts"
export { reconcileSends } from "./ReconcileSends.ts"
export { settleCalls } from "./SettleCalls.ts"
export { removeUploads } from "./RemoveUploads.ts"
export { type UploadedMedia, uploadMedia } from "./StaffMedia.ts"
export { sweepHistory } from "./SweepHistory.ts"
export { type CallSource, Voice } from "./Voice.ts"
export * as VoiceWorkers from "./VoiceWorkers.ts"
export { sendMessage, type SendMessageRequest } from "./SendMessage.ts"
export { noteListening } from "./NoteListening.ts"
export { listMessages, listReaders, listThreads, viewThread } from "./ListInbox.ts"
export { dismissMessage, listMessagesByStatus, resendMessage } from "./UnknownMessages.ts"
export { type AuditVerdict, type KeptHead, verifyAudit } from "./VerifyAudit.ts"
export * as WebhookHttp from "./WebhookHttp.ts"
export * as Workers from "./Workers.ts"
