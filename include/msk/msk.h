/* SPDX-License-Identifier: MIT */
/* msk/msk.h - all public headers that do not depend on a provider. */
#ifndef MSK_MSK_H
#define MSK_MSK_H

#include "msk/announcement.h"
#include "msk/base64.h"
#include "msk/bmsc.h"
#include "msk/body.h"
#include "msk/crypto.h"
#include "msk/digest.h"
#include "msk/gba.h"
#include "msk/http.h"
#include "msk/key_group.h"
#include "msk/mbms.h"
#include "msk/mgvf.h"
#include "msk/mgvf_uicc.h"
#include "msk/mikey.h"
#include "msk/protect.h"
#include "msk/service.h"
#include "msk/store.h"
#include "msk/store_ram.h"
#include "msk/subscriber.h"
#include "msk/traffic.h"
#include "msk/types.h"
#include "msk/ub.h"
#include "msk/ue.h"
#include "msk/xml.h"

#endif
