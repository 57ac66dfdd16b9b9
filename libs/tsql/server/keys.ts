/** Keys, certificates, credentials, signatures: https://learn.microsoft.com/sql/relational-databases/security/encryption */
export const KEY_RULES = `
CREATE CERTIFICATE <target> [AUTHORIZATION <principal>] {FROM <certificateSource>
  | [ENCRYPTION BY PASSWORD = <string>] WITH {<certificateOption>},...} [ACTIVE FOR BEGIN_DIALOG = <onOff>]
ALTER CERTIFICATE <target> {REMOVE PRIVATE KEY | WITH ACTIVE FOR BEGIN_DIALOG = <onOff>
  | WITH PRIVATE KEY ( {<privateKey>},... )}
DROP CERTIFICATE [IF EXISTS] <object>
CREATE ASYMMETRIC KEY <target> [AUTHORIZATION <principal>]
  [FROM {FILE = <string> | EXECUTABLE FILE = <string> | ASSEMBLY <name> | PROVIDER <name>}] [WITH {<keyOption>},...]
  [ENCRYPTION BY PASSWORD = <string>]
ALTER ASYMMETRIC KEY <target> {REMOVE PRIVATE KEY | REMOVE ATTESTED OPTION | ATTESTED BY <string>
  | WITH PRIVATE KEY ( {<privateKey>},... )}
DROP ASYMMETRIC KEY <target> [REMOVE PROVIDER KEY]
CREATE SYMMETRIC KEY <target> [AUTHORIZATION <principal>] [FROM PROVIDER <name>] [WITH {<keyOption>},...]
  [ENCRYPTION BY {<mechanism>},...]
ALTER SYMMETRIC KEY <target> {ADD | DROP} ENCRYPTION BY {<mechanism>},...
DROP SYMMETRIC KEY <target> [REMOVE PROVIDER KEY]
OPEN SYMMETRIC KEY <target> DECRYPTION BY <mechanism> [WITH PASSWORD = <string>]
CLOSE SYMMETRIC KEY <target>
CLOSE ALL SYMMETRIC KEYS
CREATE MASTER KEY [ENCRYPTION BY PASSWORD = <string>]
ALTER MASTER KEY {FORCE REGENERATE WITH ENCRYPTION BY PASSWORD = <string>
  | REGENERATE WITH ENCRYPTION BY PASSWORD = <string>
  | ADD ENCRYPTION BY {SERVICE MASTER KEY | PASSWORD = <string>}
  | DROP ENCRYPTION BY {SERVICE MASTER KEY | PASSWORD = <string>}}
DROP MASTER KEY
OPEN MASTER KEY DECRYPTION BY PASSWORD = <string>
CLOSE MASTER KEY
ALTER SERVICE MASTER KEY {FORCE REGENERATE | REGENERATE | WITH {<account>},... | {ADD | DROP} ENCRYPTION BY MACHINE KEY}
CREATE COLUMN MASTER KEY <target> WITH ( {<columnMasterKey>},... )
DROP COLUMN MASTER KEY <target>
CREATE COLUMN ENCRYPTION KEY <target> WITH VALUES {( {<columnKeyValue>},... )},...
ALTER COLUMN ENCRYPTION KEY <target> {ADD | DROP} VALUE ( {<columnKeyValue>},... )
DROP COLUMN ENCRYPTION KEY <target>
CREATE CREDENTIAL <target> WITH {<credential>},... [FOR CRYPTOGRAPHIC PROVIDER <name>]
ALTER CREDENTIAL <target> WITH {<credential>},... [FOR CRYPTOGRAPHIC PROVIDER <name>]
DROP CREDENTIAL <target>
CREATE DATABASE SCOPED CREDENTIAL <target> WITH {<credential>},...
ALTER DATABASE SCOPED CREDENTIAL <target> WITH {<credential>},...
DROP DATABASE SCOPED CREDENTIAL <target>
CREATE CRYPTOGRAPHIC PROVIDER <target> FROM FILE = <string>
ALTER CRYPTOGRAPHIC PROVIDER <target> {FROM FILE = <string> | ENABLE | DISABLE}
DROP CRYPTOGRAPHIC PROVIDER <target>
CREATE DATABASE ENCRYPTION KEY WITH ALGORITHM = <word> ENCRYPTION BY SERVER {CERTIFICATE | ASYMMETRIC KEY} <name>
ALTER DATABASE ENCRYPTION KEY {REGENERATE WITH ALGORITHM = <word> [ENCRYPTION BY SERVER {CERTIFICATE | ASYMMETRIC KEY} <name>]
  | ENCRYPTION BY SERVER {CERTIFICATE | ASYMMETRIC KEY} <name>}
DROP DATABASE ENCRYPTION KEY
ADD SIGNATURE TO [<class>] <object> BY {<signer>},...
ADD COUNTER SIGNATURE TO [<class>] <object> BY {<signer>},...
DROP SIGNATURE FROM [<class>] <object> BY {<signer>},...
DROP COUNTER SIGNATURE FROM [<class>] <object> BY {<signer>},...
BACKUP CERTIFICATE <target> TO FILE = <string> [WITH {FORMAT = <string> | PRIVATE KEY ( {<privateKey>},... )},...]
BACKUP MASTER KEY TO FILE = <string> ENCRYPTION BY PASSWORD = <string>
RESTORE MASTER KEY FROM FILE = <string> DECRYPTION BY PASSWORD = <string> ENCRYPTION BY PASSWORD = <string> [FORCE]
BACKUP SERVICE MASTER KEY TO FILE = <string> ENCRYPTION BY PASSWORD = <string>
RESTORE SERVICE MASTER KEY FROM FILE = <string> DECRYPTION BY PASSWORD = <string> [FORCE]
BACKUP SYMMETRIC KEY <target> TO FILE = <string> ENCRYPTION BY PASSWORD = <string>
RESTORE SYMMETRIC KEY <target> FROM FILE = <string> DECRYPTION BY PASSWORD = <string> ENCRYPTION BY PASSWORD = <string>
ADD SENSITIVITY CLASSIFICATION TO {<object>},... WITH ( {<classification>},... )
DROP SENSITIVITY CLASSIFICATION FROM {<object>},...
`;

/** Parts of the statements on keys. */
export const KEY_PARTS = `
certificateSource: ASSEMBLY <name>
  | FILE = <string> [WITH {FORMAT = <string> | PRIVATE KEY ( {<privateKey>},... )},...]
  | EXECUTABLE FILE = <string> [WITH {PRIVATE KEY ( {<privateKey>},... )},...]
  | BINARY = <constant> [WITH {PRIVATE KEY ( {<privateKey>},... )},...]
certificateOption: SUBJECT = <string> | START_DATE = <string> | EXPIRY_DATE = <string>
privateKey: ALGORITHM = {<string> | <word>} | FILE = <string> | BINARY = <constant> | DECRYPTION BY PASSWORD = <string> | ENCRYPTION BY PASSWORD = <string>
keyOption: ALGORITHM = <word> | KEY_SOURCE = <string> | IDENTITY_VALUE = <string> | PROVIDER_KEY_NAME = <string>
  | CREATION_DISPOSITION = {CREATE_NEW | OPEN_EXISTING}
mechanism: CERTIFICATE <name> | PASSWORD = <string> | SYMMETRIC KEY <name> | ASYMMETRIC KEY <name>
account: OLD_ACCOUNT = <string> | OLD_PASSWORD = <string> | NEW_ACCOUNT = <string> | NEW_PASSWORD = <string>
columnMasterKey: KEY_STORE_PROVIDER_NAME = <string> | KEY_PATH = <string>
  | ENCLAVE_COMPUTATIONS ( SIGNATURE = <constant> )
columnKeyValue: COLUMN_MASTER_KEY = <name> | ALGORITHM = <string> | ENCRYPTED_VALUE = <constant>
credential: IDENTITY = <string> | SECRET = <string>
signer: CERTIFICATE <name> [WITH {PASSWORD = <string> | SIGNATURE = <constant>}]
  | ASYMMETRIC KEY <name> [WITH {PASSWORD = <string> | SIGNATURE = <constant>}]
classification: LABEL = <string> | LABEL_ID = <string> | INFORMATION_TYPE = <string> | INFORMATION_TYPE_ID = <string>
  | RANK = {NONE | LOW | MEDIUM | HIGH | CRITICAL}
`;
