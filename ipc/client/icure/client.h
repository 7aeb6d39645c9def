// What programs include: <icure/client.h>, of the installed libicure-client.
#pragma once
#include "ipc/client/client.h"
