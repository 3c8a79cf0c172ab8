// One build of the passes, for the processor that the compiler's flags name; PODIUM_KERNELS is the name of its table.
// Nothing here may call a function that other files compile too: the linker would keep one of them for every processor.
#include "convLstm.h"
#include "gru.h"

namespace podium {

namespace {

#define PODIUM_TEXT(name) #name
#define PODIUM_NAME(name) PODIUM_TEXT(name)

int64_t workSize(int64_t rows, int64_t units) { return rows * (3 * rowOf(units) + rowOf(4 * units)); }

}  // namespace

extern const Kernels PODIUM_KERNELS = {
    PODIUM_NAME(PODIUM_KERNELS),
    packedSize,
    packGates,
    packTransposed,
    workSize,
    ::lstm,
    ::lstmBack,
    ::gru,
    ::gruBack,
    ::convLstm,
    ::convLstmBack,
};

}  // namespace podium
