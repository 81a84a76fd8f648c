# A test CA whose certificates look like Exchange Online's to a monitor: the same subject, names and issuer words.
# Keys are new at every recording and thrown away with the work folder. Sourced by record.sh.

make_certificates() {
    local dir=$WORK/ca
    mkdir -p "$dir"
    authority root "/C=US/O=Capture Lab/CN=Capture Lab Root" self
    authority digicert "/C=US/O=DigiCert Inc/CN=DigiCert Cloud Services CA-1" root
    authority shield "/O=AV Mail Shield/CN=AV Mail Shield Root" self
    authority office "/O=Contoso Example/CN=Contoso Issuing CA" root

    certificate submission digicert "/C=US/ST=Washington/L=Redmond/O=Microsoft Corporation/CN=outlook.com" \
        "*.outlook.com,*.office365.com,*.outlook.office365.com,*.office.com,*.hotmail.com,*.live.com,outlook.com,office365.com,outlook.office.com"
    certificate mx digicert "/C=US/ST=Washington/L=Redmond/O=Microsoft Corporation/CN=mail.protection.outlook.com" \
        "mail.protection.outlook.com,*.mail.protection.outlook.com,*.mail.eo.outlook.com"
    certificate shielded shield "/CN=smtp.office365.com" "smtp.office365.com"
    certificate provider office "/CN=mail.provider.example" "mail.provider.example"
    certificate internal office "/CN=mail.contoso.example" "mail.contoso.example"
    certificate client office "/O=Contoso Example/CN=scanner-3f.contoso.example" "scanner-3f.contoso.example"
    cat "$dir/root.pem" "$dir/shield.pem" >"$dir/trusted.pem"
    chmod -R a+rX "$dir"
}

authority() { # NAME SUBJECT ISSUER|self
    local dir=$WORK/ca sign=(-signkey "$WORK/ca/$1.key")
    openssl req -new -newkey rsa:2048 -nodes -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "$2" 2>/dev/null
    [ "$3" = self ] || sign=(-CA "$dir/$3.pem" -CAkey "$dir/$3.key" -CAcreateserial)
    openssl x509 -req -in "$dir/$1.csr" "${sign[@]}" -days 3650 -out "$dir/$1.pem" -sha256 \
        -extfile <(printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n') 2>/dev/null
}

certificate() { # NAME ISSUER SUBJECT NAMES: NAME.pem holds key, certificate and issuer, as Postfix reads it
    local dir=$WORK/ca
    openssl req -new -newkey rsa:2048 -nodes -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "$3" 2>/dev/null
    openssl x509 -req -in "$dir/$1.csr" -CA "$dir/$2.pem" -CAkey "$dir/$2.key" -CAcreateserial -days 365 -sha256 \
        -out "$dir/$1.crt" -extfile <(
            printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n'
            printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:%s\n' "${4//,/,DNS:}"
        ) 2>/dev/null
    cat "$dir/$1.key" "$dir/$1.crt" "$dir/$2.pem" >"$dir/$1.pem"
}
