class RayTaskError(Exception):
    pass


class TaskCancelledError(Exception):
    pass


class RayActorError(Exception):
    pass
