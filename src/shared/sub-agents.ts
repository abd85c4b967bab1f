/** The name of the tool that starts a sub-agent. */
export const TASK_TOOL = "task";
/** In the component's metadata of a sub-agent's call: the id of the task that it belongs to. */
export const TASK_KEY = "subAgentExecutionId";
/** There too: the call's label, since it has no message. */
export const LABEL_KEY = "label";
