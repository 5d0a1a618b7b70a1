"""Wrong answers: who is told what, when, and in which order."""

from tests.checklist.zoo.animal import Animal, Edit, lent
from tests.checklist.zoo.edits import PROCESSOR, PUT, SAYS_STORED, SOCKETS

BROADCAST = "                    self._on_stored(message)\n"

# Answers that it has left, and does nothing.
LEAVES = Edit(SOCKETS, "        self._sio.leave_room(sid, room.room_id)\n", "")

ANSWERING = (
    Animal(
        "broadcasts-first",
        "broadcasts a message when it is queued",
        fails=(
            "errors.shows_only_what_is_stored",
            "batch.keeps_timestamps",
            "batch.serves_its_history",
            "load.is_faster",
            "errors.tells_what_it_cannot_keep",
        ),
        edits=(Edit(PROCESSOR, BROADCAST, ""), Edit(PROCESSOR, PUT, PUT + BROADCAST[12:])),
    ),
    Animal(
        "yields",
        "gives way to others before a message has its number: they overtake",
        fails=(
            "handler.keeps_order",
            "batch.keeps_order",
            "load.keeps_everything",
            "errors.keeps_what_it_acknowledged",
            "errors.shuts_down_well",
        ),
        edits=(lent("handler that yields before it numbers"),),
    ),
    Animal(
        "lies",
        "says stored when it is queued",
        fails=(
            "handler.stored_is_stored",
            "load.is_faster",
            "errors.shows_only_what_is_stored",
            "errors.tells_what_it_cannot_keep",
        ),
        edits=(
            *SAYS_STORED,
            lent("acknowledged as stored before stored"),
        ),
    ),
    Animal(
        "open-rooms",
        "lets anybody send into a room, and read it",
        fails=("handler.keeps_rooms_apart",),
        edits=(lent("who is not a member reads"),),
    ),
    Animal(
        "shouts",
        "broadcasts to everybody, whatever the room",
        fails=("handler.keeps_rooms_apart",),
        edits=(lent("broadcast to all rooms"),),
    ),
    Animal(
        "clings",
        "goes on to show a room's messages to who has left it",
        fails=("handler.keeps_rooms_apart",),
        edits=(LEAVES,),
    ),
)
